// What tasks ask of whoever runs them. Declared here, defined by runtime/shard, so that task/ needs no
// scheduler.
#pragma once

#include <spargio/task/task_header.hpp>

namespace spargio::scheduling {

/// The task that this thread is running; null outside a shard. Out of line, because a compiler may keep a
/// thread-local's address across a suspension that changes the thread.
[[nodiscard]] task_header* current_task() noexcept;

/// The registry of this thread's shard; null outside a shard.
[[nodiscard]] task_registry* current_registry() noexcept;

/// Makes a suspended task runnable: a pinned one on its home shard, a stealable one here, or at its last home
/// when this thread is no shard. The caller has claimed it, or is the only one who can wake it. Any thread.
void make_runnable(task_header& task) noexcept;

/// Called by a finished task as the last thing before it gives the thread back.
void task_finished(task_header& task) noexcept;

} // namespace spargio::scheduling
