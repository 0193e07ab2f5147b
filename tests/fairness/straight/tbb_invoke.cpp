// oneTBB: recursive fork and join as its reference has it for two calls and for several: parallel_invoke for
// fib(24), parallel_for with a grain of one part for skynet with 100,000 leaves.
#include "tests/fairness/straight/straight.hpp"

#include <array>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_invoke.h>

static std::uint64_t fib(std::uint64_t seed, std::uint64_t n) {
    if (n < 2) return seed + n;
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    tbb::parallel_invoke([&] { left = fib(seed, n - 1); }, [&] { right = fib(seed, n - 2); });
    return left + right;
}

static std::uint64_t skynet(std::uint64_t first, std::uint64_t count) {
    if (count == 1) return first;
    std::array<std::uint64_t, 10> parts{};
    tbb::parallel_for(
        tbb::blocked_range<std::uint64_t>(0, 10, 1),
        [&](const tbb::blocked_range<std::uint64_t>& range) {
            for (std::uint64_t part = range.begin(); part != range.end(); ++part)
                parts[part] = skynet(first + part * (count / 10), count / 10);
        },
        tbb::simple_partitioner());
    std::uint64_t sum = 0;
    for (const auto part : parts) sum += part;
    return sum;
}

int main(int argc, char** argv) {
    const bool on_fib = straight::argument(argc, argv, "fib") == "fib";
    const tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < iterations; ++i) sum += on_fib ? fib(seed, 24) : skynet(seed, 100'000);
        return straight::figures{iterations * (on_fib ? straight::fib_calls : 100'000), sum};
    });
}
