// What tasks ask of the scheduler that runs them. Declared here and defined by runtime/detail/loop, so that
// runtime/tasks needs no scheduler.
#pragma once

#include <spargio/detail/frames/task_header.hpp>

namespace spargio::detail::scheduling {

/// The task that this thread is running; null outside a shard. Out of line, because a compiler may keep a
/// thread-local's address across a suspension that changes the thread.
[[nodiscard]] task_header* current_task() noexcept;

/// The registry of this thread's shard; null outside a shard.
[[nodiscard]] task_registry* current_registry() noexcept;

/// The shard that this thread is; null outside a shard. Set by the shard. Only for functions that are never
/// inlined into a coroutine, see current_task(); others ask shard::current().
inline constinit thread_local shard* this_threads_shard = nullptr;

/// Whether this thread is a shard of the runtime of `other`.
[[nodiscard]] bool is_neighbour(const shard& other) noexcept;

/// The same without a call where it is that shard itself. For functions that are never inlined into a
/// coroutine.
[[nodiscard]] inline bool shares_runtime(const shard& other) noexcept {
    return this_threads_shard == &other || is_neighbour(other);
}

/// Makes a suspended task runnable: a pinned one on its home shard, a stealable one here, or at its last home
/// when this thread is no shard. The caller has claimed it, or is the only one that can wake it. Any thread.
void make_runnable(task_header& task) noexcept;

/// Every suspension begins with this: notes where the current task goes on, and makes sure that a stop of the
/// runtime will find it. Afterwards the task may be published to its wakers. Gives the current task.
task_header& suspend_current(std::coroutine_handle<> caller) noexcept;

/// Whether the running task may go on without suspending for one thing more that is ready. After so many in a
/// row it must give way, or a task that always finds something ready would keep its shard for ever (R11). Only
/// on a shard.
[[nodiscard]] bool may_go_on() noexcept;

/// Lets every other ready task of this shard run before the current one, which goes on at `caller`. The last
/// thing that an await_suspend does: the task may be running elsewhere when this returns.
void give_way(std::coroutine_handle<> caller) noexcept;

/// What the await_suspend of something that is ready returns: false, the task goes on; or true, after it has
/// given way, as may_go_on() says.
[[nodiscard]] inline bool suspends_when_ready(std::coroutine_handle<> caller) noexcept {
    if (may_go_on()) return false;
    give_way(caller);
    return true;
}

/// The current task, at `caller`, waits for the end of `awaited`; gives what runs next. A task that is still
/// the newest of this shard's queue runs at once, as if it had been awaited directly.
[[nodiscard]] std::coroutine_handle<> join(task_header& awaited, std::coroutine_handle<> caller) noexcept;

/// Called by a finished task as the last thing; gives what runs next.
[[nodiscard]] std::coroutine_handle<> end_of_task(task_header& task) noexcept;

} // namespace spargio::detail::scheduling
