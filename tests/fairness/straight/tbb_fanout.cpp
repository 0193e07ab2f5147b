// oneTBB: 64 requests in turn, each a task_group of 16 tasks.
#include "tests/fairness/straight/straight.hpp"
#include "workloads/contract/work.hpp"

#include <array>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

int main(int argc, char** argv) {
    const bool skewed = straight::argument(argc, argv, "balanced") == "skewed";
    const tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
    return straight::measure(argc, argv, [&](std::uint64_t iterations, std::uint64_t seed) {
        std::uint64_t sum = 0;
        for (std::uint64_t n = 0; n < iterations * 64; ++n) {
            const std::uint64_t request = n % 64;
            std::array<std::uint64_t, 16> results{};
            tbb::task_group group;
            for (std::uint64_t branch = 0; branch < 16; ++branch)
                group.run([&, branch] {
                    results[branch] =
                        bench::work(seed + request * 16 + branch, straight::steps(skewed, request, branch));
                });
            group.wait();
            for (const auto result : results) sum += result;
        }
        return straight::figures{iterations * 64 * 16, sum};
    });
}
