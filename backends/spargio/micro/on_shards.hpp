// A benchmark whose loop runs in a task.
#pragma once

#include <spargio/spargio.hpp>

#include <benchmark/benchmark.h>

#include <utility>

namespace bench::micro {

/// Options of a runtime for measuring: nothing but the number of shards differs from what a user gets.
inline spargio::runtime_options with_shards(unsigned count) {
    spargio::runtime_options options;
    options.shards = count;
    return options;
}

/// Runs `body(state)`, which gives a task with the loop of the benchmark, on shard 0 of a new runtime; the
/// calling thread is that shard, so Google Benchmark's clock of this thread's CPU time means what it says.
template <class Body>
void run_on_first_shard(benchmark::State& state, unsigned shards, Body body) {
    try {
        spargio::run_on(with_shards(shards), 0, [&] { return body(state); });
    } catch (const spargio::cannot_start& why) {
        state.SkipWithError(why.what());
    }
}

} // namespace bench::micro
