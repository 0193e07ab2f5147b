#include "workloads/cases/idle.hpp"

#include "workloads/cases/scenario.hpp"

#include <chrono>
#include <thread>

namespace bench {
namespace {

expectation one_per_iteration(const parameters&, const slice_order& order) {
    return {.operations = order.iterations, .checksum = 0, .bytes = 0, .distinct_threads = 0};
}

scenario read_park(const parameters& values) {
    return idle_park{.workers = static_cast<std::size_t>(values["workers"])};
}

scenario read_empty(const parameters&) { return empty_slice{}; }

} // namespace

slice_outcome stay_idle(const slice_order& order) {
    std::this_thread::sleep_for(std::chrono::milliseconds(order.iterations));
    return {.operations = order.iterations};
}

slice_outcome do_nothing(const slice_order& order, histogram& into) {
    slice_outcome done;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        if (order.record_latency) {
            const auto from = now_ns();
            into.record(now_ns() - from);
        }
        // Volatile, or the compiler folds the loop into one addition.
        const_cast<volatile std::uint64_t&>(done.operations) = done.operations + 1;
    }
    return done;
}

std::unexpected<refusal> refuse_empty_slice() {
    return refuse_unsupported("the empty workload shows the harness's own cost, which the floor measures; no "
                              "runtime takes part in it");
}

std::vector<workload> idle_workloads() {
    return {
        {.name = "idle/park",
         .summary = "nothing to do; CPU time used by the waiting runtime",
         .operation = "ms of idleness",
         .judge = judged_by::cpu_time,
         .measures_latency = false,
         .parameters = {{"workers", 2, 1, 1024, "", "threads of the runtime"}},
         .read = read_park,
         .expect = one_per_iteration},
        {.name = "harness/empty",
         .summary = "an iteration that does nothing: the cost of the harness and, per latency, of the recorder",
         .operation = "iteration",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters = {},
         .read = read_empty,
         .expect = one_per_iteration},
    };
}

} // namespace bench
