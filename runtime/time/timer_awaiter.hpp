// Waiting for a moment (R34): the one awaitable behind sleep, interval and deadline_timer.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>

#include <coroutine>

namespace spargio {

/// Suspends the awaiting task until its deadline, by the timers of the shard that runs it, where it is resumed.
/// To be awaited once.
///
/// A deadline that has passed suspends too, for one turn of the shard: a task that loops over short sleeps
/// can't starve the others.
class timer_awaiter {
public:
    using clock = detail::timer_context::clock;
    using time_point = clock::time_point;

    explicit timer_awaiter(time_point deadline) noexcept : deadline_(deadline) {}
    timer_awaiter(const timer_awaiter&) = delete;
    timer_awaiter& operator=(const timer_awaiter&) = delete;
    /// A waiting frame is destroyed only when the runtime has stopped; the timer must be out by then all the
    /// same.
    ~timer_awaiter() {
        if (wait_.pending()) timers_.disarm(wait_);
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        timers_ = detail::timer_context::here();
        if (timers_.stopping()) return wait_.decide(errc::closed);
        timers_.arm(wait_, deadline_);
        return timers_.suspend(wait_, caller);
    }

    [[nodiscard]] status await_resume() noexcept {
        timers_.end(wait_);
        return wait_.outcome();
    }

    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

    /// Another deadline, also while a task waits. False when the old one has ended the wait already. On the
    /// shard where the task waits.
    bool reset(time_point deadline) noexcept {
        deadline_ = deadline;
        if (!wait_.pending()) return false;
        timers_.arm(wait_, deadline);
        return true;
    }

    /// Whether the task that waits must be reset here and nowhere else.
    [[nodiscard]] bool waits_here() const noexcept { return timers_.is_here(); }

private:
    time_point deadline_;
    detail::timer_context timers_;
    detail::timer_wait wait_;
};

} // namespace spargio
