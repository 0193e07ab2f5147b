// W35, written once for every coroutine-capable backend (W2): as streams.hpp, and a task on the owner's worker
// takes the messages of the connections that live elsewhere.
#pragma once

#include "workloads/scenarios/owner_runtime.hpp"
#include "workloads/traffic/flow_set.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// A step of one stream. `worker` is the owner's.
template <owner_runtime Runtime>
typename Runtime::template task<std::uint64_t> move_keyed_frames(Runtime& runtime, std::size_t index,
                                                                 frame_flow& flow, std::uint64_t frames,
                                                                 std::size_t worker, counter_table& table) {
    auto& stream = runtime.stream(index);
    auto&& owner = runtime.batches(worker);
    const bool here = runtime.shares_worker(index, worker);
    flow.begin_step(frames);
    std::exception_ptr failure;
    try {
        while (!flow.step_done()) {
            for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write())
                co_await stream.write_all(parts);
            const std::size_t count = co_await stream.read_some(flow.room());
            flow.take(count);
            for (auto batch = flow.next_batch(); !batch.empty(); batch = flow.next_batch()) {
                if (here)
                    table.apply(batch);
                else
                    co_await owner.send(batch);
            }
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        // The owner waits for so many messages, whatever they say.
        static constexpr std::array<std::uint64_t, message_batch::most> nothing{};
        for (std::uint64_t due = here ? 0 : flow.messages_due(); due != 0;) {
            const std::uint64_t count = std::min<std::uint64_t>(due, nothing.size());
            co_await owner.send(std::span(nothing).first(count));
            due -= count;
        }
        std::rethrow_exception(failure);
    }
    co_return flow.frames();
}

/// The owner of a step: so many messages come from elsewhere.
template <owner_runtime Runtime>
typename Runtime::template task<std::uint64_t> own_table(Runtime& runtime, std::size_t worker,
                                                         counter_table& table, std::uint64_t messages) {
    auto&& incoming = runtime.batches(worker);
    for (std::uint64_t applied = 0; applied < messages;) {
        const auto batch = co_await incoming.receive();
        table.apply(batch.values());
        applied += batch.values().size();
    }
    co_return messages;
}

/// One slice.
template <owner_runtime Runtime>
typename Runtime::template task<slice_outcome> keyed_streams(Runtime& runtime, stream_shape shape,
                                                             flow_set& flows, counter_tables& tables,
                                                             slice_order order) {
    using joiner = typename Runtime::template joiner<std::uint64_t>;
    flows.reset(order.seed);
    tables.reset();
    std::vector<joiner> moving;
    for (std::uint64_t i = 0; i < order.iterations; ++i)
        for (std::uint64_t step = 0; step < shape.steps; ++step) {
            moving.clear();
            const std::uint64_t owner = shape.owner_of(step);
            const std::size_t worker = static_cast<std::size_t>(owner) % runtime.workers();
            std::uint64_t from_elsewhere = 0;
            for (std::size_t stream = 0; stream < shape.streams; ++stream) {
                const std::uint64_t frames = shape.frames_of(stream, step);
                if (!runtime.shares_worker(stream, worker)) from_elsewhere += frames * shape.messages;
                moving.push_back(runtime.spawn_for_stream(
                    stream, move_keyed_frames(runtime, stream, flows[stream], frames, worker, tables[owner])));
            }
            if (from_elsewhere != 0)
                moving.push_back(
                    runtime.spawn_on(worker, own_table(runtime, worker, tables[owner], from_elsewhere)));
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
    slice_outcome done = flows.outcome();
    done.checksum += tables.checksum();
    co_return done;
}

} // namespace bench::scenarios
