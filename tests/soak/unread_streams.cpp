// Streams that nobody reads and whose peer goes on sending. Beside them somebody waits for another stream of
// the same shard: at the latest when the first has gone he gets what is his.
#include "tests/runtime/connected_sockets.hpp"
#include "tests/soak/worries.hpp"

#include <spargio/spargio.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/socket.h>

namespace soak {
namespace {

using namespace spargio;
using namespace std::chrono_literals;

/// As much as the socket takes.
void pour_into(const file_descriptor& socket) {
    static const std::vector<std::byte> block(32 * 1024);
    while (::send(socket.get(), block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
    }
}

task<> leave_unread(books& ours) {
    const std::array<std::byte, 5> word{};
    while (ours.goes_on()) {
        const connected_sockets flood;
        const connected_sockets calm;
        ops::receive_stream neighbour(calm.ours.get());
        bool served = false;
        {
            ops::receive_stream unread(flood.ours.get());
            pour_into(flood.theirs);
            const auto first = co_await timeout(10s, unread.next()); // the first call begins it
            ours.expect(first.has_value(), "nothing comes on a stream whose peer sends");
            note(ours.streams_unread);
            for (int i = 0; i < 4; ++i) {
                pour_into(flood.theirs);
                co_await yield();
            }
            (void)::send(calm.theirs.get(), word.data(), word.size(), MSG_NOSIGNAL);
            const auto came = co_await timeout(5ms, neighbour.next());
            ours.expect(came || came.error() == errc::timed_out, "a stream beside one that nobody reads fails");
            served = came.has_value();
        }
        if (!served) {
            const auto came = co_await timeout(10s, neighbour.next());
            served = came && came->size() == word.size();
        }
        ours.expect(served, "a stream that nobody reads has starved another beyond its own end");
        note(ours.neighbours_served);
    }
}

} // namespace

void start_unread_streams(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < shards; ++i) ours.employ(on, leave_unread(ours), pinned{i});
}

} // namespace soak
