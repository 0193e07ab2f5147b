// latch: tasks wait until something has happened a number of times (R38).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <mutex>
#include <optional>

namespace spargio {

/// Counts down once; as std::latch, but tasks wait for it. Tasks of any shard wait; any thread counts down. It
/// must outlive all waiters; a task that has waited for it may destroy it. Cost: a short spin lock, and a
/// wake for each waiter. No allocation.
class latch {
public:
    explicit latch(std::size_t count) noexcept : missing_(count) {}
    latch(const latch&) = delete;
    latch& operator=(const latch&) = delete;

    class awaiter : detail::wait_node {
    public:
        awaiter(latch& of, std::size_t arriving) noexcept : of_(of), arriving_(arriving) {}
        awaiter(const awaiter&) = delete;
        awaiter& operator=(const awaiter&) = delete;
        ~awaiter() { of_.forget(*this); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return of_.start_wait(*this, caller) || detail::scheduling::suspends_when_ready(caller);
        }
        [[nodiscard]] status await_resume() noexcept {
            of_.forget(*this);
            return this->outcome();
        }

    private:
        friend latch;
        latch& of_;
        std::size_t arriving_;
    };

    /// Takes `by` off the count, which must not be less (asserts; it stays at 0 in release builds). Any thread.
    void count_down(std::size_t by = 1) noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* woken = nullptr;
        {
            const std::lock_guard hold(lock_);
            woken = take_off(by, on_the_way);
        }
        // Nothing of the latch is touched any more: a task that waited may destroy it.
        detail::wait_node::finish_all(woken);
    }

    /// Whether the count is 0. Any thread.
    [[nodiscard]] bool try_wait() const noexcept {
        const std::lock_guard hold(lock_);
        return missing_ == 0;
    }

    /// Waits until the count is 0; at once when it is. `canceled`: the task was asked to stop, before or
    /// meanwhile. In a task.
    [[nodiscard]] awaiter wait() noexcept { return awaiter(*this, 0); }

    /// count_down() and wait(), at the co_await. The count goes down also when the answer is `canceled`. In a
    /// task.
    [[nodiscard]] awaiter arrive_and_wait(std::size_t by = 1) noexcept { return awaiter(*this, by); }

private:
    /// Under the lock; a chain of the tasks to be woken.
    detail::wait_node* take_off(std::size_t by, std::optional<detail::waking_section>& on_the_way) noexcept {
        assert(by <= missing_ && "counted down below zero");
        missing_ -= by < missing_ ? by : missing_;
        if (missing_ != 0 || waiters_.empty()) return nullptr;
        on_the_way.emplace();
        return waiters_.claim_all();
    }

    /// Counts down and begins to wait in one section: when the count is 0 afterwards, nobody else needs the
    /// latch.
    bool start_wait(awaiter& waiter, std::coroutine_handle<> caller) noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* woken = nullptr;
        const bool cancelled = detail::scheduling::current_task()->cancel_requested();
        bool suspends = false;
        {
            const std::lock_guard hold(lock_);
            if (waiter.arriving_ != 0) woken = take_off(waiter.arriving_, on_the_way);
            if (cancelled)
                waiter.decide(errc::canceled);
            else if (missing_ == 0)
                waiter.decide();
            else
                suspends = waiters_.wait(waiter, caller);
        }
        // From here on the task may run elsewhere, unless it doesn't suspend.
        detail::wait_node::finish_all(woken);
        return suspends;
    }

    void forget(awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        const std::lock_guard hold(lock_);
        waiters_.remove(waiter);
    }

    mutable detail::spin_lock lock_;
    std::size_t missing_;
    detail::wait_list waiters_;
};

} // namespace spargio
