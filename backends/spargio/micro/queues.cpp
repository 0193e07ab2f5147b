// The queues under tasks and messages, each used by one thread alone: what they cost before any other CPU comes
// in.
#include <spargio/detail/lanes/lane.hpp>
#include <spargio/detail/sched/steal_deque.hpp>

#include <benchmark/benchmark.h>

#include <array>

namespace bench::micro {
namespace {

constexpr std::int64_t together = 64;

void lane_push_pop(benchmark::State& state) {
    spargio::detail::lane lane(1024);
    spargio::message got{};
    while (state.KeepRunningBatch(together)) {
        for (std::int64_t i = 0; i < together; ++i)
            if (!lane.push_one({1, static_cast<std::uint64_t>(i)})) return state.SkipWithError("no room");
        for (std::int64_t i = 0; i < together; ++i)
            if (!lane.pop(got)) return state.SkipWithError("nothing there");
    }
    benchmark::DoNotOptimize(got);
}

void lane_batches(benchmark::State& state) {
    spargio::detail::lane lane(1024);
    std::array<spargio::message, together> messages{};
    std::uint64_t sum = 0;
    while (state.KeepRunningBatch(together)) {
        lane.push(messages);
        lane.pop_many(together, [&](const spargio::message& got) { sum += got.value; });
    }
    benchmark::DoNotOptimize(sum);
}

/// Puts 64 tasks, which are never run, and takes them out again by `take(deque)`.
template <class Take>
void fill_and_empty(benchmark::State& state, Take take) {
    spargio::detail::steal_deque deque(1024);
    spargio::detail::task_header task(0);
    while (state.KeepRunningBatch(together)) {
        for (std::int64_t i = 0; i < together; ++i)
            if (!deque.push(task)) return state.SkipWithError("no room");
        for (std::int64_t i = 0; i < together; ++i)
            if (take(deque) != &task) return state.SkipWithError("nothing there");
    }
}

void deque_push_pop(benchmark::State& state) {
    fill_and_empty(state, [](auto& deque) { return deque.pop(); });
}

void deque_push_steal(benchmark::State& state) {
    fill_and_empty(state, [](auto& deque) { return deque.steal(); });
}

BENCHMARK(lane_push_pop)->Name("micro/lane/push_pop");
BENCHMARK(lane_batches)->Name("micro/lane/batched_64");
BENCHMARK(deque_push_pop)->Name("micro/deque/push_pop");
BENCHMARK(deque_push_steal)->Name("micro/deque/push_steal");

} // namespace
} // namespace bench::micro
