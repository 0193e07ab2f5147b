// W30–W34 and W36, written once for every coroutine-capable backend (W2).
#pragma once

#include "workloads/measure/recorder.hpp"
#include "workloads/scenarios/stream_runtime.hpp"
#include "workloads/traffic/flow_set.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// A step of one stream.
template <stream_runtime Runtime>
typename Runtime::template task<std::uint64_t>
move_frames(Runtime& runtime, std::size_t index, frame_flow& flow, std::uint64_t frames, histogram* into) {
    auto& stream = runtime.stream(index);
    flow.begin_step(frames);
    std::uint64_t sent_ns = 0;
    while (!flow.step_done()) {
        if (into != nullptr && flow.may_write() != 0) sent_ns = now_ns();
        for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write())
            co_await stream.write_all(parts);
        if (flow.compute_next()) continue;
        const std::uint64_t before = flow.frames();
        const std::size_t count = co_await stream.read_some(flow.room());
        flow.take(count);
        if (into != nullptr && flow.frames() != before) into->record(now_ns() - sent_ns);
    }
    co_return flow.frames();
}

/// One slice.
template <stream_runtime Runtime>
typename Runtime::template task<slice_outcome> streams(Runtime& runtime, stream_shape shape, flow_set& flows,
                                                       slice_order order, recorder& into) {
    using joiner = typename Runtime::template joiner<std::uint64_t>;
    histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
    flows.reset(order.seed);
    std::vector<joiner> moving;
    for (std::uint64_t i = 0; i < order.iterations; ++i)
        for (std::uint64_t step = 0; step < shape.steps; ++step) {
            moving.clear();
            for (std::size_t stream = 0; stream < shape.streams; ++stream)
                if (const std::uint64_t frames = shape.frames_of(stream, step); frames != 0)
                    moving.push_back(runtime.spawn_for_stream(
                        stream, move_frames(runtime, stream, flows[stream], frames, latencies)));
            // All are waited for, and then one failure is told: they use what belongs to the session.
            std::exception_ptr failure;
            for (auto& each : moving) {
                try {
                    [[maybe_unused]] const std::uint64_t moved = co_await std::move(each);
                } catch (...) {
                    failure = std::current_exception();
                }
            }
            if (failure) std::rethrow_exception(failure);
        }
    co_return flows.outcome();
}

} // namespace bench::scenarios
