// What spawn_when_room() may ask of a shard about its queue of stealable tasks (R10).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/progress_wait.hpp>

#include <coroutine>

namespace spargio::detail {

class shard;

/// The queue of stealable tasks of one shard, seen by a task that runs there. Every call is for that shard's
/// thread.
class room_context {
public:
    room_context() = default; ///< of no shard
    /// Of the shard that this thread is; ends the program where it is none.
    [[nodiscard]] static room_context here() noexcept;

    /// Whether the current task gets nothing: the runtime stops, or the task was asked to stop.
    [[nodiscard]] bool refuses() const noexcept;
    /// Whether tasks wait for room already; they go first.
    [[nodiscard]] bool has_line() const noexcept;
    [[nodiscard]] bool has_room() const noexcept;
    /// Why a task gets nothing: `closed` or `canceled`.
    [[nodiscard]] errc refusal() const noexcept;

    /// Suspends the current task until `wait` has nothing left to wait for; false when it must not suspend.
    [[nodiscard]] bool wait(progress_wait& wait, std::coroutine_handle<> caller) noexcept;
    /// No more to be asked. Again: no effect.
    void forget(progress_wait& wait) noexcept;
    /// In await_resume after a wait: forgets it, and lets the task be moved to other shards again.
    void end(progress_wait& wait) noexcept;

private:
    explicit room_context(shard& here) noexcept : shard_(&here) {}
    shard* shard_ = nullptr;
};

} // namespace spargio::detail
