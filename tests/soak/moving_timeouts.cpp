// Tasks that move from shard to shard in the middle of a timeout. Who waits for them stays where he is, and
// nothing of them is left when he goes on.
#include "tests/soak/worries.hpp"
#include "tests/stress/stress.hpp"

#include <spargio/spargio.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace soak {
namespace {

using namespace spargio;

task<> travel(books& ours, std::uint64_t seed) {
    stress::dice random(seed);
    for (std::uint32_t left = random.roll(20); left > 0; --left) {
        co_await resume_on(random.roll(shards));
        note(ours.trips);
        const auto slept = co_await sleep_for(std::chrono::microseconds(random.roll(200)));
        if (!slept) break;
    }
    note(ours.travels_ended);
}

task<> send_on_travels(books& ours) {
    const std::uint32_t home = this_shard::id();
    stress::dice random(home + 31);
    while (ours.goes_on()) {
        note(ours.travels);
        auto traveller = travel(ours, random.roll(1'000'000));
        const auto result =
            co_await timeout(std::chrono::microseconds(random.roll(1000)), std::move(traveller));
        ours.expect(result || result.error() == errc::timed_out,
                    "a travel ends otherwise than by its deadline");
        ours.expect(this_shard::id() == home, "who waits for a task that moves has moved himself");
        ours.expect(ours.travels_ended <= ours.travels, "a travel has ended twice");
    }
}

} // namespace

void start_moving_timeouts(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < 2 * shards; ++i) ours.employ(on, send_on_travels(ours), pinned{i % shards});
}

} // namespace soak
