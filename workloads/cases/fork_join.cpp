#include "workloads/cases/fork_join.hpp"

#include "workloads/cases/scenario.hpp"

namespace bench {
namespace {

const parameter_spec fork_join_workers{"workers", 2, 1, 1024, "", "threads of the runtime"};

/// fib(n), with fib(0) = 0 and fib(1) = 1.
std::uint64_t fibonacci(std::uint64_t n) {
    std::uint64_t now = 0;
    std::uint64_t next = 1;
    for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t sum = now + next;
        now = next;
        next = sum;
    }
    return now;
}

/// Leaf k of the tree returns seed + k.
expectation every_leaf(const parameters& values, const slice_order& order) {
    const std::uint64_t leaves = skynet_shape::read(values).leaves;
    return {.operations = order.iterations * leaves,
            .checksum = order.iterations * (leaves * order.seed + leaves * (leaves - 1) / 2),
            .bytes = 0,
            .distinct_threads = 0};
}

/// The tree of fib(n) has fib(n + 1) leaves, of which fib(n) return seed + 1 and the others seed.
expectation every_call(const parameters& values, const slice_order& order) {
    const auto shape = fib_shape::read(values);
    return {.operations = order.iterations * shape.operations(),
            .checksum = order.iterations * (fibonacci(shape.n + 1) * order.seed + fibonacci(shape.n)),
            .bytes = 0,
            .distinct_threads = 0};
}

} // namespace

skynet_shape skynet_shape::read(const parameters& values) {
    return {.leaves = static_cast<std::uint64_t>(values["leaves"]),
            .workers = static_cast<std::size_t>(values["workers"])};
}

fib_shape fib_shape::read(const parameters& values) {
    return {.n = static_cast<std::uint64_t>(values["n"]),
            .workers = static_cast<std::size_t>(values["workers"])};
}

std::uint64_t fib_shape::operations() const noexcept { return 2 * fibonacci(n + 1) - 1; }

std::vector<workload> fork_join_workloads() {
    return {
        {.name = "fanout/skynet",
         .summary = "forks ten ways again and again down to the leaves, and sums their numbers",
         .operation = "leaf",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"leaves", 1'000'000, 1, 1'000'000'000, "", "leaves of one iteration's tree"},
                        fork_join_workers},
         .read = read_by<skynet_shape::read>,
         .expect = every_leaf},
        {.name = "fanout/fib",
         .summary = "fib(n) by naive binary recursion, in which each call forks one of its two calls",
         .operation = "call",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"n", 30, 0, 60, "", "which Fibonacci number"}, fork_join_workers},
         .read = read_by<fib_shape::read>,
         .expect = every_call},
    };
}

} // namespace bench
