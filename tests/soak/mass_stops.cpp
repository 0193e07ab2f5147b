// Runtimes of one shard that stop, one after the other, with tens of thousands of requests in flight: each has
// its answer, and no shard is left behind. They begin together with the rest, so that what they hold at most is
// held when the warm-up ends.
#include "tests/runtime/connected_sockets.hpp"
#include "tests/soak/worries.hpp"

#include <spargio/spargio.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace soak {
namespace {

using namespace spargio;
using namespace std::chrono_literals;

constexpr std::uint64_t many = 20'000;

/// Goes with a task's frame, whether the task has ended or was destroyed when the grace was over.
struct frame_note {
    explicit frame_note(books& into) noexcept : ours(into) {}
    frame_note(const frame_note&) = delete;
    frame_note& operator=(const frame_note&) = delete;
    ~frame_note() { note(ours.left_gone); }
    books& ours;
};

task<> wait_for_byte(books& ours, int from) {
    const frame_note noted(ours);
    std::byte one{};
    const auto came = co_await ops::recv(from, std::span(&one, 1));
    ours.expect(!came && came.error() == errc::closed, "a receive that a stop ends says something else");
    note(ours.left_ended);
}

task<> crowd(books& ours, int from) {
    for (std::uint64_t i = 0; i < many; ++i) spawn(wait_for_byte(ours, from), pinned{0}).detach();
    while (this_shard::operations_in_flight() != many) co_await yield();
    ours.left_waiting.fetch_add(many, std::memory_order_relaxed);
}

void stop_with_many(books& ours) {
    const connected_sockets silent;
    auto started = runtime::start({.shards = 1});
    ours.expect(started.has_value(), "no second runtime");
    if (!started) return;
    auto begun = (*started)->spawn(crowd(ours, silent.ours.get()));
    std::move(begun).get();
    const runtime_handle handle = (*started)->handle();
    started->reset();
    ours.expect(handle.left_behind().empty(), "a shard with many requests was left behind");
}

} // namespace

void start_mass_stops(std::vector<std::thread>& threads, books& ours) {
    threads.emplace_back([&ours] {
        while (ours.goes_on()) {
            ours.at_a_stop = true;
            if (!ours.weighed) stop_with_many(ours);
            ours.at_a_stop = false;
            std::this_thread::sleep_for(20ms);
        }
    });
}

} // namespace soak
