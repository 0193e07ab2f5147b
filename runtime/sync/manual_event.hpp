// manual_event: a flag that tasks wait for (R38). `event` is the name of a message that arrived.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <coroutine>
#include <mutex>
#include <optional>

namespace spargio {

/// Set, it lets through everybody, until it is reset. Tasks of any shard wait; any thread sets and resets. It
/// must outlive all waiters; a task that has waited for it may destroy it. Cost: a short spin lock, and a
/// wake for each waiter. No allocation.
class manual_event {
public:
    explicit manual_event(bool set = false) noexcept : set_(set) {}
    manual_event(const manual_event&) = delete;
    manual_event& operator=(const manual_event&) = delete;

    class awaiter : detail::wait_node {
    public:
        explicit awaiter(manual_event& of) noexcept : of_(of) {}
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
        friend manual_event;
        manual_event& of_;
    };

    /// Lets through the tasks that wait and those that come. Idempotent. Any thread.
    void set() noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* woken = nullptr;
        {
            const std::lock_guard hold(lock_);
            set_ = true;
            if (!waiters_.empty()) on_the_way.emplace();
            woken = waiters_.claim_all();
        }
        // Nothing of the event is touched any more: a task that is let through may destroy it.
        detail::wait_node::finish_all(woken);
    }

    /// A task that comes from now on waits; one that was let through before goes on. Idempotent. Any thread.
    void reset() noexcept {
        const std::lock_guard hold(lock_);
        set_ = false;
    }

    /// Whether it is set; it may be otherwise a moment later. Any thread. A lock.
    [[nodiscard]] bool is_set() const noexcept {
        const std::lock_guard hold(lock_);
        return set_;
    }

    /// Waits until it is set; at once when it is. `canceled`: the task was asked to stop, before or meanwhile,
    /// even if it is set. In a task.
    [[nodiscard]] awaiter wait() noexcept { return awaiter(*this); }

private:
    bool start_wait(awaiter& waiter, std::coroutine_handle<> caller) noexcept {
        if (detail::scheduling::current_task()->cancel_requested()) return waiter.decide(errc::canceled);
        const std::lock_guard hold(lock_);
        if (set_) return waiter.decide();
        return waiters_.wait(waiter, caller);
    }

    void forget(awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        const std::lock_guard hold(lock_);
        waiters_.remove(waiter);
    }

    mutable detail::spin_lock lock_;
    bool set_;
    detail::wait_list waiters_;
};

} // namespace spargio
