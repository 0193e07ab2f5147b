// spargio-gbench (M22): every case of the build under Google Benchmark, with its own filters, repetitions and
// outputs; and the micro-benchmarks of the runtime's parts, which register themselves where they are linked in.
#include "harness/gbench/cases.hpp"

#include <benchmark/benchmark.h>

#include <iostream>

int main(int argc, char** argv) {
    bench::register_cases();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    if (std::cout.flush()) return 0;
    // Google Benchmark ends with 0 where its words were lost. The code is that of spargio-bench for the same.
    std::cerr << "spargio-gbench: standard output cannot be written; make room for it\n";
    return 4;
}
