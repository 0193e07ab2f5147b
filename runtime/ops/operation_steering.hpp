// Choosing the ring of an operation when it is submitted (R26).
//
// An operation on another shard's ring is a child task there: two hops, worth it when that ring, or its CPU, is
// the freer one. The answer comes back to the shard of the task that asked.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/tasks/task.hpp>
#include <spargio/tasks/with_stop.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>

namespace spargio {

namespace detail {

template <class Operation>
auto carried(Operation request) -> task<decltype(request.await_resume())> {
    co_return co_await std::move(request);
}

/// Awaits `request` on that shard, and answers here.
template <class Operation>
auto done_on(std::uint32_t shard_index, Operation request) -> task<decltype(request.await_resume())> {
    if (operation_context::here().index() == shard_index) co_return co_await std::move(request);
    auto apart = with_stop(std::stop_token{}, carried(std::move(request)), pinned{shard_index});
    co_return co_await std::move(apart);
}

} // namespace detail

/// Does an operation on the ring of that shard; an index past the last is a misuse, see `pinned`. What it
/// borrows must stay until this has been awaited. Cancellable as the operation is. Awaited in a task, on a
/// shard, where it goes on. Errors as the operation's; throws task_stopped when the runtime's stop has ended it
/// on its way. Allocates frames from the pool; throws std::bad_alloc.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>> on_shard(std::uint32_t shard_index,
                                                                     operation<Request> request) {
    return detail::done_on(shard_index, std::move(request));
}

/// Does an operation on the ring that has the fewest with the kernel when it is submitted: the preferred one if
/// it is among them, this one if it is, else one in turn. The ring is chosen in this call, which is for a task;
/// otherwise as on_shard(). Cost of choosing: one load a shard.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>>
steered(operation<Request> request, std::optional<std::uint32_t> preferred = {}) {
    return on_shard(detail::operation_context::here().ring_with_fewest(preferred), std::move(request));
}

} // namespace spargio
