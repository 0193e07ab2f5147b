// W41, and the empty workload of M6.
#pragma once

#include "workloads/contract/backend.hpp"
#include "workloads/contract/workload.hpp"
#include "workloads/measure/recorder.hpp"

namespace bench {

/// `idle/park`: the session's threads have nothing to do while the caller sleeps one millisecond an iteration,
/// in one piece. Every backend calls this from `session::run`; what is judged is the CPU time of the process.
[[nodiscard]] slice_outcome stay_idle(const slice_order& order);

/// `harness/empty`: an iteration does nothing (and records one latency where asked). Shows what the harness
/// itself and the recorder cost.
[[nodiscard]] slice_outcome do_nothing(const slice_order& order, histogram& into);

/// `idle/park`, with so many workers.
struct idle_park {
    std::size_t workers;
};
/// `harness/empty`.
struct empty_slice {};

/// What a backend says to `harness/empty`.
[[nodiscard]] std::unexpected<refusal> refuse_empty_slice();

[[nodiscard]] std::vector<workload> idle_workloads();

} // namespace bench
