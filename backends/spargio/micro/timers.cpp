// Timers among a million others, and what a task that waits costs in memory.
#include "backends/spargio/micro/on_shards.hpp"

#include <spargio/detail/sched/timer_queue.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <random>
#include <vector>

#include <malloc.h>

namespace bench::micro {
namespace {

using namespace std::chrono_literals;

/// Deadlines of an ordinary server: from a millisecond to an hour ahead, each order of magnitude as often.
std::chrono::nanoseconds some_time(std::mt19937_64& random) {
    const auto unit = std::uniform_int_distribution(20, 41)(random); // 2^20 ns is 1 ms, 2^41 ns 37 min
    return std::chrono::nanoseconds((std::int64_t{1} << unit) +
                                    static_cast<std::int64_t>(random() >> (64 - unit)));
}

/// Takes timers in random order out of a queue of so many and puts them in again with another deadline. Of a
/// million, each is found in memory and not in the cache, as with a million waiting frames.
void timer_insert_cancel(benchmark::State& state) {
    const auto pending = static_cast<std::size_t>(state.range(0));
    constexpr std::int64_t together = 64;
    std::mt19937_64 random(1);
    spargio::detail::timer_queue queue;
    std::deque<spargio::detail::timer_node> nodes(pending);
    const auto now = spargio::detail::timer_queue::clock::now();
    std::vector<std::chrono::nanoseconds> ahead(4096);
    for (auto& each : ahead) each = some_time(random);
    for (std::size_t i = 0; i < pending; ++i) queue.insert(nodes[i], now + ahead[i % ahead.size()]);
    std::vector<std::uint32_t> order(pending);
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::shuffle(order, random);
    std::size_t next = 0;
    std::size_t draw = 0;
    while (state.KeepRunningBatch(together)) {
        for (std::int64_t i = 0; i < together; ++i) {
            spargio::detail::timer_node& node = nodes[order[next]];
            next = next + 1 == pending ? 0 : next + 1;
            draw = (draw + 1) % ahead.size();
            queue.remove(node);
            queue.insert(node, now + ahead[draw]);
        }
    }
    for (auto& each : nodes) queue.remove(each);
}

spargio::task<> wait_for(spargio::manual_event& event) { static_cast<void>(co_await event.wait()); }

std::size_t allocated() {
    const auto use = mallinfo2();
    return use.uordblks + use.hblkhd;
}

/// Parks 200,000 tasks and wakes them again. The counter `bytes` is what malloc has handed out more while they
/// wait, for each task: frame, header, and all else.
spargio::task<int> park_and_wake(benchmark::State& state) {
    constexpr std::int64_t together = 200'000;
    static double bytes = 0; // of the first time; later the frames come from the pool
    std::vector<spargio::join_handle<>> parked;
    parked.reserve(together);
    while (state.KeepRunningBatch(together)) {
        spargio::manual_event go;
        const std::size_t before = allocated();
        for (std::int64_t i = 0; i < together; ++i)
            parked.push_back(spargio::spawn(wait_for(go), spargio::pinned{0}));
        auto behind_them = spargio::spawn(wait_for(go), spargio::pinned{0});
        co_await spargio::yield();
        if (bytes == 0) bytes = static_cast<double>(allocated() - before) / together;
        go.set();
        for (auto& one : parked) co_await std::move(one);
        parked.clear();
        co_await std::move(behind_them);
    }
    state.counters["bytes"] = bytes;
    co_return 0;
}

void tasks_parked(benchmark::State& state) { run_on_first_shard(state, 1, park_and_wake); }

BENCHMARK(timer_insert_cancel)->Name("micro/timer/insert_cancel")->Arg(1000)->Arg(1'000'000);
BENCHMARK(tasks_parked)->Name("micro/task/park_and_wake_200k");

} // namespace
} // namespace bench::micro
