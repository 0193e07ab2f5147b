// What the straight-line programs share: reading the arguments, timing, printing. Nothing of the harness and
// nothing of a backend; from workloads/ only the work itself.
//
// Use: PROGRAM ITERATIONS [ARGUMENT]. Prints `wall_ns cpu_ns checksum`, the first two for each operation.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace straight {

struct figures {
    std::uint64_t operations;
    std::uint64_t checksum;
};

inline double clock_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Runs `program(iterations, seed)` to warm up, then for the record.
template <class Program>
int measure(int argc, char** argv, Program program) {
    const std::uint64_t iterations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    program(std::max<std::uint64_t>(iterations / 4, 1), 7);
    const double cpu_from = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const double from = clock_ns(CLOCK_MONOTONIC);
    const figures done = program(iterations, 1);
    const double wall = clock_ns(CLOCK_MONOTONIC) - from;
    const double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_from;
    const auto operations = static_cast<double>(done.operations);
    std::printf("%.2f %.2f %llu\n", wall / operations, cpu / operations,
                static_cast<unsigned long long>(done.checksum));
    return 0;
}

/// The second argument, or `otherwise`.
inline std::string argument(int argc, char** argv, const char* otherwise) {
    return argc > 2 ? argv[2] : otherwise;
}

/// Messages handed over at once: "all" is every message of an iteration.
inline std::uint64_t batch_size(int argc, char** argv, std::uint64_t messages) {
    const std::string text = argument(argc, argv, "1");
    return text == "all" ? messages : std::strtoull(text.c_str(), nullptr, 10);
}

/// Work steps of a branch of fanout/balanced or fanout/skewed.
inline std::uint64_t steps(bool skewed, std::uint64_t request, std::uint64_t branch) {
    if (!skewed) return 2'000;
    return request % 16 == branch ? 20'000 : 500;
}

/// Calls that fib(24) makes, itself included.
inline constexpr std::uint64_t fib_calls = 150'049;

} // namespace straight
