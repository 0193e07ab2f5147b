#include "harness/gbench/cases.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/contract/workload.hpp"

#include <benchmark/benchmark.h>

#include <exception>
#include <optional>
#include <string>

namespace bench {
namespace {

constexpr std::size_t recorder_lanes = 2; // no latency is asked for

/// One slice of all the iterations that Google Benchmark wants, timed from outside.
void measure(benchmark::State& state, session& open, const workload& measured, const parameters& values) {
    recorder latencies(recorder_lanes);
    const slice_order warm_up{.iterations = 1, .seed = 7};
    std::optional<std::string> wrong = verify(measured, values, warm_up, open.run(warm_up, latencies));
    const slice_order order{.iterations = static_cast<std::uint64_t>(state.max_iterations), .seed = 1};
    std::uint64_t operations = 0;
    std::uint64_t ns = 0;
    while (state.KeepRunningBatch(state.max_iterations)) {
        const std::uint64_t from = now_ns();
        const auto done = open.run(order, latencies);
        ns = now_ns() - from;
        state.SetIterationTime(static_cast<double>(ns) * 1e-9);
        operations = done.operations;
        if (!wrong) wrong = verify(measured, values, order, done);
    }
    if (wrong) return state.SkipWithError(wrong->c_str());
    state.SetItemsProcessed(static_cast<std::int64_t>(operations));
    state.counters["ns_per_op"] = static_cast<double>(ns) / static_cast<double>(operations);
}

void run_case(benchmark::State& state, backend& runtime, const workload& measured) try {
    const auto values = parameters::make(measured.parameters, {});
    if (!values) return state.SkipWithError(values.error().c_str());
    auto opened = runtime.open(measured, *values, {});
    if (!opened) return state.SkipWithError(opened.error().reason.c_str());
    measure(state, **opened, measured, *values);
} catch (const std::exception& error) {
    state.SkipWithError(error.what());
}

void register_case(backend& runtime, const workload& measured) {
    const std::string name = std::string(measured.name) + '/' + std::string(runtime.name());
    benchmark::RegisterBenchmark(name.c_str(), [&runtime, &measured](benchmark::State& state) {
        run_case(state, runtime, measured);
    })->UseManualTime();
}

} // namespace

void register_cases() {
    // Go's runtime stays in the process once a session of it was open (decision 0050), so its cases are the
    // last.
    const auto is_go = [](const backend* runtime) { return runtime->name() == "go"; };
    for (const bool last : {false, true})
        for (const auto& measured : all_workloads())
            for (backend* const runtime : all_backends())
                if (is_go(runtime) == last) register_case(*runtime, measured);
}

} // namespace bench
