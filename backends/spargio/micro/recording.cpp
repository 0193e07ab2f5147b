// What recording a latency costs: the harness's own share of every measured operation.
#include "workloads/measure/histogram.hpp"
#include "workloads/measure/recorder.hpp"

#include <benchmark/benchmark.h>

namespace bench::micro {
namespace {

void histogram_record(benchmark::State& state) {
    recorder into(1);
    histogram& latencies = into.lane(0);
    std::uint64_t ns = 1;
    for (auto each : state) {
        static_cast<void>(each);
        latencies.record(ns);
        ns = ns * 6364136223846793005u + 1442695040888963407u;
        ns &= 0xfffff; // up to a millisecond, all over the buckets
    }
    benchmark::DoNotOptimize(latencies.total());
}

void read_the_clock(benchmark::State& state) {
    std::uint64_t sum = 0;
    for (auto each : state) {
        static_cast<void>(each);
        sum += now_ns();
    }
    benchmark::DoNotOptimize(sum);
}

BENCHMARK(histogram_record)->Name("micro/histogram/record");
BENCHMARK(read_the_clock)->Name("micro/clock/now");

} // namespace
} // namespace bench::micro
