#include "workloads/cases/keyed_fanout.hpp"

#include "workloads/cases/scenario.hpp"

namespace bench {
namespace {

expectation every_keyed_branch(const parameters& values, const slice_order& order) {
    const auto shape = keyed_shape::read(values);
    std::vector<key_state> states;
    shape.reset(states, order.seed);
    std::uint64_t sum = 0;
    for (std::uint64_t request = 0; request < shape.requests; ++request)
        for (std::uint64_t branch = 0; branch < shape.branches; ++branch)
            sum += shape.run_branch(states[shape.key_of(request, branch)], request, branch);
    return {.operations = order.iterations * shape.requests * shape.branches,
            .checksum = order.iterations * sum,
            .bytes = 0,
            .distinct_threads = 0};
}

} // namespace

keyed_shape keyed_shape::read(const parameters& values) {
    const auto value = [&](std::string_view name) { return static_cast<std::uint64_t>(values[name]); };
    return {.requests = value("requests"),
            .branches = value("branches"),
            .keys = value("keys"),
            .rotation = value("rotation"),
            .steps = value("steps"),
            .workers = static_cast<std::size_t>(value("workers"))};
}

std::vector<workload> keyed_fanout_workloads() {
    return {
        {.name = "fanout/hotkey_rotation",
         .summary = "requests in turn, each dispatches branches to keys, most to one hot key, which moves; a "
                    "key's branches run in order, one at a time",
         .operation = "branch",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"requests", 64, 1, 1'000'000, "", "requests in one iteration, one after the other"},
                        {"branches", 16, 1, 100'000, "", "branches that a request dispatches and joins"},
                        {"keys", 16, 1, 100'000, "", "keys that branches belong to"},
                        {"rotation", 8, 1, 1'000'000, "requests", "how long a key stays the hot one"},
                        {"steps", 500, 0, 1'000'000'000, "steps", "work of a branch"},
                        {"workers", 2, 1, 1024, "", "threads of the runtime"}},
         .read = read_by<keyed_shape::read>,
         .expect = every_keyed_branch},
    };
}

} // namespace bench
