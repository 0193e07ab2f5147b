// oneTBB: recursive fork and join with a task_group for each call, as in the example of its reference: all
// parts but the last are run by the group, the last by the caller, who then waits. fib(24), and skynet with
// 100,000 leaves.
#include "tests/fairness/straight/straight.hpp"

#include <array>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

static std::uint64_t fib(std::uint64_t seed, std::uint64_t n) {
    if (n < 2) return seed + n;
    std::uint64_t left = 0;
    tbb::task_group group;
    group.run([&] { left = fib(seed, n - 1); });
    const std::uint64_t right = fib(seed, n - 2);
    group.wait();
    return left + right;
}

static std::uint64_t skynet(std::uint64_t first, std::uint64_t count) {
    if (count == 1) return first;
    std::array<std::uint64_t, 10> parts{};
    const std::uint64_t size = count / 10;
    tbb::task_group group;
    for (std::uint64_t part = 0; part < 9; ++part)
        group.run([&parts, part, first, size] { parts[part] = skynet(first + part * size, size); });
    parts[9] = skynet(first + 9 * size, size);
    group.wait();
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
