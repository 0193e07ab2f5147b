#include "workloads/cases/ping_pong.hpp"

#include "workloads/cases/scenario.hpp"
#include "workloads/contract/work.hpp"

namespace bench {
namespace {

parameter_spec rounds_parameter(std::int64_t rounds) {
    return {"rounds", rounds, 1, 1'000'000, "", "round trips in one iteration"};
}

const parameter_spec two_workers{"workers", 2, 2, 2, "", "threads of the runtime: one for each side"};
const parameter_spec any_workers{"workers", 2, 1, 1024, "", "threads of the runtime"};

/// One of the types on the shape of the family.
template <class Scenario>
scenario read_rounds(const parameters& values) {
    return Scenario{ping_pong_shape::read(values, std::same_as<Scenario, one_way_drain>)};
}

std::uint64_t answers(std::uint64_t first, std::uint64_t count) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) sum += mix(first + k);
    return sum;
}

expectation two_threads(const parameters& values, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(values["rounds"]);
    return {.operations = count, .checksum = answers(order.seed, count), .bytes = 0, .distinct_threads = 2};
}

expectation any_threads(const parameters& values, const slice_order& order) {
    auto right = two_threads(values, order);
    right.distinct_threads = 0;
    return right;
}

expectation drain(const parameters& values, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(values["messages"]);
    return {.operations = count, .checksum = answers(order.seed, count), .bytes = 0, .distinct_threads = 2};
}

expectation expect_cold_start(const parameters& values, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(values["rounds"]);
    return {.operations = order.iterations,
            .checksum = answers(order.seed, count),
            .bytes = 0,
            .distinct_threads = 2};
}

} // namespace

ping_pong_shape ping_pong_shape::read(const parameters& values, bool one_way) {
    return {.rounds = static_cast<std::uint64_t>(values[one_way ? "messages" : "rounds"]),
            .batch = one_way ? static_cast<std::uint64_t>(values["batch"]) : 1,
            .workers = static_cast<std::size_t>(values["workers"])};
}

std::vector<workload> ping_pong_workloads() {
    return {
        {.name = "ping_pong/steady_rtt",
         .summary = "request and acknowledge between two workers that live on, on two different threads",
         .operation = "round trip",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(256), two_workers},
         .read = read_rounds<steady_rtt>,
         .expect = two_threads},
        {.name = "ping_pong/tasks_rtt",
         .summary = "the same between two tasks; the runtime decides where they run",
         .operation = "round trip",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(256), any_workers},
         .read = read_rounds<tasks_rtt>,
         .expect = any_threads},
        {.name = "ping_pong/one_way_drain",
         .summary = "messages one way between two threads, then a barrier",
         .operation = "message",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"messages", 2048, 1, 10'000'000, "", "messages in one iteration"},
                        {"batch", 1, 0, 10'000'000, "", "messages handed over at once", {{"all", 0}}},
                        two_workers},
         .read = read_rounds<one_way_drain>,
         .expect = drain},
        {.name = "ping_pong/cold_start",
         .summary = "start the runtime, do the round trips between two threads, stop it",
         .operation = "start and stop",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(64), two_workers},
         .read = read_rounds<cold_start>,
         .expect = expect_cold_start},
    };
}

} // namespace bench
