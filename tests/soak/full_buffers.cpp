// Senders whose peer does not receive: the socket's buffer fills up, the send is cut off by its deadline, and
// what was sent until then, and nothing else, comes out at the other end.
#include "tests/runtime/connected_sockets.hpp"
#include "tests/soak/worries.hpp"

#include <spargio/spargio.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace soak {
namespace {

using namespace spargio;
using namespace std::chrono_literals;

task<> fill_up(books& ours) {
    const std::vector<std::byte> block(16 * 1024);
    std::vector<std::byte> room(64 * 1024);
    const connected_sockets pair;
    while (ours.goes_on()) {
        std::uint64_t sent = 0;
        for (;;) {
            const auto took = co_await timeout(1ms, ops::send(pair.ours.get(), block));
            if (!took) {
                ours.expect(took.error() == errc::timed_out,
                            "a send into a full buffer: " + took.error().message());
                break;
            }
            sent += *took;
        }
        note(ours.times_full);
        ours.bytes_sent.fetch_add(sent, std::memory_order_relaxed);
        for (std::uint64_t left = sent; left > 0;) {
            const auto came = co_await timeout(10s, ops::recv(pair.theirs.get(), room));
            ours.expect(came && *came > 0, "bytes that were sent do not come");
            if (!came || *came == 0) break;
            left -= std::min<std::uint64_t>(left, *came);
            ours.bytes_received.fetch_add(*came, std::memory_order_relaxed);
        }
        co_await yield();
    }
}

} // namespace

void start_full_buffers(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < shards; ++i) ours.employ(on, fill_up(ours), stealable_preferred{i});
}

} // namespace soak
