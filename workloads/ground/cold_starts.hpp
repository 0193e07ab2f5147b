// W12: a runtime that starts and stops again and again.
#pragma once

#include "workloads/cases/ping_pong.hpp"
#include "workloads/measure/recorder.hpp"

#include <cstdint>

namespace bench {

/// A slice. `start_and_stop(first, done)` does one iteration, whose first message is `first`: it starts the
/// runtime, returns the sum of the answers, notes the threads of both sides in `done`, and has stopped the
/// runtime by then. An iteration is the operation whose latency counts.
template <class StartAndStop>
[[nodiscard]] slice_outcome repeat_cold_start(const ping_pong_shape& shape, const slice_order& order,
                                              recorder& into, StartAndStop start_and_stop) {
    slice_outcome done;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        const std::uint64_t from = order.record_latency ? now_ns() : 0;
        done.checksum += start_and_stop(order.seed + i * shape.rounds, done);
        if (order.record_latency) into.lane(0).record(now_ns() - from);
        ++done.operations;
    }
    return done;
}

} // namespace bench
