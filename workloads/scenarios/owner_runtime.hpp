// What the scenario with owners of tables (W35) asks of a coroutine-capable backend, beside stream_runtime.hpp.
#pragma once

#include "workloads/scenarios/stream_runtime.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bench {

/// The way to a worker, for any task, and from it for one task on that worker. Both are awaited; what
/// `receive` gives has `values()`.
template <class Queue>
concept batch_queue = requires(Queue& queue, std::span<const std::uint64_t> batch) {
    /// Hands the messages over; they are copied.
    queue.send(batch);
    /// The next ones that were handed over together.
    queue.receive();
};

template <class Runtime>
concept owner_runtime = stream_runtime<Runtime> &&
    requires(Runtime& runtime, std::size_t stream, std::size_t worker) {
    { runtime.batches(worker) } -> batch_queue;
    /// Whether the tasks of that connection run where those of that worker do, and so never beside them: then
    /// nothing need be handed over.
    { runtime.shares_worker(stream, worker) } -> std::same_as<bool>;
};

} // namespace bench
