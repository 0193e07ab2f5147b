// spargio-gbench (M22): every case of the build under Google Benchmark, with its own filters, repetitions and
// outputs; and the micro-benchmarks of the runtime's parts, which register themselves where they are linked in.
#include "harness/gbench/cases.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
    bench::register_cases();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
