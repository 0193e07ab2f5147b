// What runtime/ops and runtime/boundary may ask of a shard about time: the narrow door between timers as
// awaitables and the shard that keeps them.
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/sched/timer_queue.hpp>

#include <chrono>
#include <coroutine>

namespace spargio::detail {

class shard;

/// A task that waits for a moment, and may wait for something else besides. Lives in the waiting frame.
class timer_wait : public wait_node, public timer_node {};

/// The timers of one shard, seen by a task that runs there. Every call is for that shard's thread.
class timer_context {
public:
    using clock = timer_queue::clock;
    using time_point = clock::time_point;

    timer_context() = default; ///< of no shard

    /// Of the shard that this thread is; asserts that it is one.
    [[nodiscard]] static timer_context here() noexcept;

    /// Whether it is of the shard that this thread is.
    [[nodiscard]] bool is_here() const noexcept;

    /// Whether the runtime stops: then nothing may be armed any more.
    [[nodiscard]] bool stopping() const noexcept;

    /// Suspends the current task until somebody finishes `wait`, on this shard; false when it has been
    /// cancelled and must not suspend. Nothing of the waiting frame may be touched after true.
    [[nodiscard]] bool suspend(timer_wait& wait, std::coroutine_handle<> caller) noexcept;

    /// The current task is resumed on this shard until end(), whatever wakes it: for a wait that is suspended
    /// in another way than by suspend().
    void hold() noexcept;

    /// `wait` is finished when `deadline` has come, or with `closed` when the runtime stops first. One that is
    /// armed already gets the new deadline. About 10 ns, no allocation.
    void arm(timer_wait& wait, time_point deadline) noexcept;

    /// Takes `wait` out of the timers, if it is still there.
    void disarm(timer_wait& wait) noexcept;

    /// In await_resume: disarms, and lets the current task be moved to other shards again.
    void end(timer_wait& wait) noexcept;

    /// Moves the current task, a pinned one that is suspended at `caller`, from another shard to this one; see
    /// resume_on(). By the thread where it runs.
    void bring(std::coroutine_handle<> caller) noexcept;

    /// Schedules a prepared task on this shard.
    void start(task_header& task) noexcept;

private:
    explicit timer_context(shard& here) noexcept : shard_(&here) {}
    shard* shard_ = nullptr;
};

} // namespace spargio::detail
