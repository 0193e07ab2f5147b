// W39, written once for every coroutine-capable backend (W2): a task for each connection that reads for ever,
// and one for each worker that writes and waits for the last answer of an iteration.
#pragma once

#include "workloads/cases/connections.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/scenarios/stream_runtime.hpp"
#include "workloads/scenarios/sum_of_all.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// What a session holds beside its runtime.
template <stream_runtime Runtime>
class open_connections {
public:
    using channel = typename std::remove_cvref_t<decltype(std::declval<Runtime&>().make_channel(1))>;

    explicit open_connections(const connections_shape& wanted) : shape(wanted), flows(wanted.streams()) {
        for (std::size_t worker = 0; worker < wanted.workers; ++worker)
            shares.emplace_back(wanted, flows, worker);
    }
    /// Before the readers are started.
    void make_channels(Runtime& runtime) {
        // Room for every reader's end: none may be held up where no task waits any more.
        for (std::size_t worker = 0; worker < shape.workers; ++worker)
            ends.push_back(runtime.make_channel(shape.connections + 2));
    }

    const connections_shape shape;
    flow_set flows;
    std::deque<connections_share> shares;
    std::vector<channel> ends; ///< of iterations, by worker: 1, or 0 when a connection has ended
    std::atomic<bool> closing{false};
};

/// As long as the session is open.
template <stream_runtime Runtime>
typename Runtime::template task<std::uint64_t> read_for_ever(Runtime& runtime, std::size_t index,
                                                             open_connections<Runtime>& all) {
    const std::size_t worker = index % all.shape.workers;
    try {
        for (;;) {
            const std::size_t count = co_await runtime.stream(index).read_some(all.flows[index].room());
            if (all.shares[worker].take(index, count)) co_await all.ends[worker]->send(1);
        }
    } catch (...) {
    }
    // The driver may have left already, and then no task is there to be told.
    if (!all.closing.load(std::memory_order_relaxed)) try {
            co_await all.ends[worker]->send(0);
        } catch (...) {
        }
    co_return 0;
}

/// One worker's part of a slice.
template <stream_runtime Runtime>
typename Runtime::template task<std::uint64_t> drive_connections(Runtime& runtime, std::size_t worker,
                                                                 open_connections<Runtime>& all) {
    auto& share = all.shares[worker];
    std::uint64_t moved = 0;
    for (auto active = share.next_iteration(); !active.empty(); active = share.next_iteration()) {
        for (const std::size_t index : active) {
            const auto frame = all.flows[index].next_write();
            share.note_written(index);
            co_await runtime.stream(index).write_all(frame);
        }
        moved += active.size();
        const std::uint64_t went_well = co_await all.ends[worker]->receive();
        if (went_well == 0) throw std::runtime_error("a connection to the echo peer has ended");
    }
    co_return moved;
}

/// One slice.
template <stream_runtime Runtime>
typename Runtime::template task<slice_outcome> connections(Runtime& runtime, open_connections<Runtime>& all,
                                                           slice_order order, recorder& into) {
    using joiner = typename Runtime::template joiner<std::uint64_t>;
    all.flows.reset(order.seed);
    std::vector<joiner> moving;
    for (std::size_t worker = 0; worker < all.shape.workers; ++worker) {
        all.shares[worker].begin(order.iterations, order.record_latency ? &into.lane(worker) : nullptr);
        moving.push_back(runtime.spawn_on(worker, drive_connections(runtime, worker, all)));
    }
    std::exception_ptr failure;
    [[maybe_unused]] const std::uint64_t moved = co_await sum_of_all<Runtime>(moving, failure);
    if (failure) std::rethrow_exception(failure);
    co_return all.flows.outcome();
}

} // namespace bench::scenarios
