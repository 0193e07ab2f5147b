// A deadline that can be moved while somebody waits for it (R35).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/time/timer_awaiter.hpp>

#include <chrono>
#include <coroutine>
#include <exception>

namespace spargio {

/// `co_await timer` waits until the deadline; reset() moves it, also under a task that waits. One task waits at
/// a time. Used by one thread at a time; while a task waits, that is the shard where it waits. Must outlive the
/// wait. Costs as sleep_until(); a reset of a waiting timer as much as setting it.
class deadline_timer {
public:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;

    explicit deadline_timer(time_point deadline) noexcept : deadline_(deadline) {}
    deadline_timer(const deadline_timer&) = delete;
    deadline_timer& operator=(const deadline_timer&) = delete;

    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

    /// Whether the deadline has passed: whether co_await would have nothing to wait for. Reads the clock.
    [[nodiscard]] bool is_elapsed() const noexcept { return clock::now() >= deadline_; }

    /// Sets another deadline, sooner or later. False when a task was waiting and the old deadline has ended its
    /// wait already: it is about to go on. Called on another shard than the one where a task waits, it ends the
    /// program.
    bool reset(time_point deadline) noexcept {
        deadline_ = deadline;
        if (waiter_ == nullptr) return true;
        if (!waiter_->waits_here())
            detail::misused("a deadline_timer is reset on another shard than where it is awaited");
        return waiter_->reset(deadline);
    }

    class awaiter {
    public:
        explicit awaiter(deadline_timer& timer) noexcept : timer_(timer), wait_(timer.deadline_) {}
        awaiter(const awaiter&) = delete;
        awaiter& operator=(const awaiter&) = delete;
        ~awaiter() { leave(); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            if (timer_.waiter_ != nullptr) detail::misused("two tasks wait for one deadline_timer");
            timer_.waiter_ = &wait_;
            return wait_.await_suspend(caller);
        }
        [[nodiscard]] status await_resume() noexcept {
            leave();
            return wait_.await_resume();
        }

    private:
        void leave() noexcept {
            if (timer_.waiter_ == &wait_) timer_.waiter_ = nullptr;
        }

        deadline_timer& timer_;
        timer_awaiter wait_;
    };

    /// Waits until the deadline as it is then. In a task, which is resumed on the same shard. Errors as
    /// sleep_until().
    [[nodiscard]] awaiter operator co_await() noexcept { return awaiter(*this); }

private:
    time_point deadline_;
    timer_awaiter* waiter_ = nullptr;
};

} // namespace spargio
