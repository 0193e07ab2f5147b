// Tasks that are stolen, joined, cancelled and let go, and timers.
#include "tests/soak/shared.hpp"
#include "tests/soak/worries.hpp"
#include "tests/stress/stress.hpp"

#include <spargio/spargio.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace soak {
namespace {

using namespace spargio;

task<std::uint64_t> tree(books& ours, std::uint32_t depth, std::uint64_t seed) {
    std::uint64_t leaves = 1;
    if (depth > 0) {
        auto left = spawn(tree(ours, depth - 1, seed * 2));
        auto right = tree(ours, depth - 1, seed * 2 + 1);
        note(ours.spawned);
        leaves = co_await std::move(right);
        leaves += co_await std::move(left);
        note(ours.joined);
        note(ours.ended);
    } else {
        stress::work(static_cast<std::uint32_t>(seed % 500));
    }
    co_return leaves;
}

task<> wait_for_ever(books& ours) {
    channel<int> silent(1);
    const auto got = co_await silent.receive();
    ours.expect(!got && (got.error() == errc::canceled || got.error() == errc::closed),
                "a silent channel spoke");
    note(ours.ended);
}

/// A sleep, never early, and a wait that only its deadline ends.
task<> wait_for_time(books& ours, std::chrono::microseconds how_long) {
    const auto begun = std::chrono::steady_clock::now();
    const auto slept = co_await sleep_for(how_long);
    ours.expect(!slept || std::chrono::steady_clock::now() - begun >= how_long, "a timer fired early");
    const auto silent = [](books& of) -> task<> { co_await wait_for_ever(of); };
    auto child = silent(ours);
    note(ours.spawned); // it counts itself as ended
    const auto got = co_await timeout(how_long, std::move(child));
    note(ours.joined);
    if (!got) note(ours.timed_out);
    ours.timers.fetch_add(2, std::memory_order_relaxed);
}

/// Trees, cancelled waits, tasks without a handle, placed everywhere.
task<> spawn_and_join(books& ours) {
    stress::dice random(this_shard::id() + 77);
    while (ours.goes_on()) {
        const std::uint32_t depth = random.roll(7);
        const std::uint64_t leaves = co_await tree(ours, depth, random.roll(1000));
        ours.expect(leaves == std::uint64_t{1} << depth, "a tree has lost leaves");
        auto waiting = spawn(wait_for_ever(ours), pinned{random.roll(shards)});
        auto shared = spawn(touch_what_is_shared(ours), round_robin{});
        spawn(touch_what_is_shared(ours)).detach();
        ours.spawned.fetch_add(3, std::memory_order_relaxed);
        if (random.roll(4) == 0) co_await wait_for_time(ours, std::chrono::microseconds(random.roll(500)));
        waiting.cancel();
        note(ours.cancelled);
        co_await std::move(waiting);
        co_await std::move(shared);
        ours.joined.fetch_add(2, std::memory_order_relaxed);
        note(ours.let_go);
        co_await yield();
    }
}

} // namespace

void start_tasks(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < shards; ++i) ours.employ(on, spawn_and_join(ours), stealable_preferred{i});
}

} // namespace soak
