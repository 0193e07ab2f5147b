// What it costs to start, run and join a task.
#include "backends/spargio/micro/on_shards.hpp"

#include <cstdint>
#include <vector>

namespace bench::micro {
namespace {

spargio::task<std::uint64_t> give(std::uint64_t value) { co_return value; }

spargio::task<int> await_tasks(benchmark::State& state) {
    std::uint64_t sum = 0;
    for (auto each : state) {
        static_cast<void>(each);
        auto call = give(1);
        sum += co_await std::move(call);
    }
    benchmark::DoNotOptimize(sum);
    co_return 0;
}

/// One at a time: nothing else is ready when it is joined.
spargio::task<int> spawn_and_join(benchmark::State& state, spargio::placement where) {
    std::uint64_t sum = 0;
    for (auto each : state) {
        static_cast<void>(each);
        auto started = spargio::spawn(give(1), where);
        sum += co_await std::move(started);
    }
    benchmark::DoNotOptimize(sum);
    co_return 0;
}

/// 64 at a time, joined oldest first.
spargio::task<int> spawn_and_join_many(benchmark::State& state, spargio::placement where) {
    constexpr std::int64_t together = 64;
    std::uint64_t sum = 0;
    std::vector<spargio::join_handle<std::uint64_t>> started;
    started.reserve(together);
    while (state.KeepRunningBatch(together)) {
        for (std::int64_t i = 0; i < together; ++i) started.push_back(spargio::spawn(give(1), where));
        for (auto& one : started) sum += co_await std::move(one);
        started.clear();
    }
    benchmark::DoNotOptimize(sum);
    co_return 0;
}

void await_a_task(benchmark::State& state) { run_on_first_shard(state, 1, await_tasks); }

void spawn_join_pinned(benchmark::State& state) {
    run_on_first_shard(state, 1, [](auto& s) { return spawn_and_join(s, spargio::pinned{0}); });
}

void spawn_join_stealable(benchmark::State& state) {
    run_on_first_shard(state, 1, [](auto& s) { return spawn_and_join(s, spargio::stealable{}); });
}

void spawn_join_64_pinned(benchmark::State& state) {
    run_on_first_shard(state, 1, [](auto& s) { return spawn_and_join_many(s, spargio::pinned{0}); });
}

void spawn_join_64_stealable(benchmark::State& state) {
    run_on_first_shard(state, 1, [](auto& s) { return spawn_and_join_many(s, spargio::stealable{}); });
}

BENCHMARK(await_a_task)->Name("micro/task/await");
BENCHMARK(spawn_join_pinned)->Name("micro/spawn/pinned");
BENCHMARK(spawn_join_stealable)->Name("micro/spawn/stealable");
BENCHMARK(spawn_join_64_pinned)->Name("micro/spawn/pinned_64_at_once");
BENCHMARK(spawn_join_64_stealable)->Name("micro/spawn/stealable_64_at_once");

} // namespace
} // namespace bench::micro
