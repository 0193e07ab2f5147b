#include "workloads/cases/ping_pong.hpp"

#include "workloads/contract/work.hpp"

namespace bench {
namespace {

parameter_spec rounds_parameter(std::int64_t rounds) {
    return {"rounds", rounds, 1, 1'000'000, "", "round trips in one iteration"};
}

const parameter_spec two_workers{"workers", 2, 2, 2, "", "threads of the runtime: one for each side"};
const parameter_spec any_workers{"workers", 2, 1, 1024, "", "threads of the runtime"};

std::uint64_t answers(std::uint64_t first, std::uint64_t count) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) sum += mix(first + k);
    return sum;
}

expectation two_threads(const parameters& how, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(how["rounds"]);
    return {.operations = count, .checksum = answers(order.seed, count), .bytes = 0, .distinct_threads = 2};
}

expectation any_threads(const parameters& how, const slice_order& order) {
    auto right = two_threads(how, order);
    right.distinct_threads = 0;
    return right;
}

expectation drain(const parameters& how, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(how["messages"]);
    return {.operations = count, .checksum = answers(order.seed, count), .bytes = 0, .distinct_threads = 2};
}

expectation cold_start(const parameters& how, const slice_order& order) {
    const auto count = order.iterations * static_cast<std::uint64_t>(how["rounds"]);
    return {.operations = order.iterations,
            .checksum = answers(order.seed, count),
            .bytes = 0,
            .distinct_threads = 2};
}

} // namespace

ping_pong_shape ping_pong_shape::read(const parameters& how, bool one_way) {
    return {.rounds = static_cast<std::uint64_t>(how[one_way ? "messages" : "rounds"]),
            .batch = one_way ? static_cast<std::uint64_t>(how["batch"]) : 1,
            .workers = static_cast<std::size_t>(how["workers"])};
}

std::vector<workload> ping_pong_workloads() {
    return {
        {.name = "ping_pong/steady_rtt",
         .summary = "request and acknowledge between two workers that live on, on two different threads",
         .operation = "round trip",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(256), two_workers},
         .expect = two_threads},
        {.name = "ping_pong/tasks_rtt",
         .summary = "the same between two tasks; the runtime decides where they run",
         .operation = "round trip",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(256), any_workers},
         .expect = any_threads},
        {.name = "ping_pong/one_way_drain",
         .summary = "messages one way between two threads, then a barrier",
         .operation = "message",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"messages", 2048, 1, 10'000'000, "", "messages in one iteration"},
                        {"batch", 1, 0, 10'000'000, "", "messages handed over at once", {{"all", 0}}},
                        two_workers},
         .expect = drain},
        {.name = "ping_pong/cold_start",
         .summary = "start the runtime, do the round trips between two threads, stop it",
         .operation = "start and stop",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {rounds_parameter(64), two_workers},
         .expect = cold_start},
    };
}

} // namespace bench
