// What the kernel has no request for, on the blocking pool, answered as an operation answers (R41).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/tasks/spawn_blocking.hpp>
#include <spargio/tasks/task.hpp>
#include <spargio/tasks/this_task.hpp>

#include <expected>
#include <type_traits>
#include <utility>

namespace spargio {

/// Runs `work()`, which gives an io_result, on a thread of the blocking pool. The function must own all that it
/// touches: when the runtime stops while it runs, it is left behind.
///
/// `canceled`: the task was asked to stop before; nothing was begun, and what has begun is not ended.
/// `overloaded`: pool and queue are full. `closed`: the runtime stops. What `work` throws is thrown. On a shard
/// only. Cost: that of spawn_blocking(), mostly two wake-ups, and a frame.
template <class Function>
[[nodiscard]] task<std::invoke_result_t<Function&>> in_blocking_pool(Function work) {
    if (this_task::stop_requested()) co_return std::unexpected(make_error_code(errc::canceled));
    auto job = spawn_blocking(std::move(work));
    if (!job) co_return std::unexpected(make_error_code(job.error()));
    try {
        auto result = co_await std::move(*job);
        co_return result;
    } catch (const task_stopped&) { // it had not begun when the runtime stopped
    }
    co_return std::unexpected(make_error_code(errc::closed));
}

} // namespace spargio
