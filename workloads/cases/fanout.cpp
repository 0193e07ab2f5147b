#include "workloads/cases/fanout.hpp"

#include "workloads/cases/scenario.hpp"

namespace bench {
namespace {

std::vector<parameter_spec> shape_parameters(std::int64_t steps, std::int64_t hot_steps) {
    return {{"requests", 64, 1, 1'000'000, "", "requests in one iteration, one after the other"},
            {"branches", 16, 1, 100'000, "", "branches that a request forks and joins"},
            {"steps", steps, 0, 1'000'000'000, "steps", "work of a branch"},
            {"hot_steps", hot_steps, 0, 1'000'000'000, "steps", "work of branch `request mod branches`"},
            {"workers", 2, 1, 1024, "", "threads of the runtime"}};
}

/// One of the types on the shape of the family.
template <class Scenario>
scenario read_branches(const parameters& values) {
    return Scenario{fanout_shape::read(values)};
}

expectation every_branch(const parameters& values, const slice_order& order) {
    const auto shape = fanout_shape::read(values);
    std::uint64_t sum = 0;
    for (std::uint64_t request = 0; request < shape.requests; ++request)
        for (std::uint64_t branch = 0; branch < shape.branches; ++branch)
            sum += shape.run_branch(order.seed, request, branch);
    return {.operations = order.iterations * shape.requests * shape.branches,
            .checksum = order.iterations * sum,
            .bytes = 0,
            .distinct_threads = 0};
}

} // namespace

fanout_shape fanout_shape::read(const parameters& values) {
    const auto value = [&](std::string_view name) { return static_cast<std::uint64_t>(values[name]); };
    return {.requests = value("requests"),
            .branches = value("branches"),
            .steps = value("steps"),
            .hot_steps = value("hot_steps"),
            .workers = static_cast<std::size_t>(value("workers"))};
}

std::vector<workload> fanout_workloads() {
    return {
        {.name = "fanout/balanced",
         .summary = "requests in turn, each forks equal branches and joins them",
         .operation = "branch",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = shape_parameters(2'000, 2'000),
         .read = read_branches<balanced_fanout>,
         .expect = every_branch},
        {.name = "fanout/skewed",
         .summary = "requests in turn, each forks branches of which one is forty times as long",
         .operation = "branch",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = shape_parameters(500, 20'000),
         .read = read_branches<skewed_fanout>,
         .expect = every_branch},
    };
}

} // namespace bench
