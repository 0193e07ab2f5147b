// mutex: one task at a time, across suspensions and shards (R38).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <atomic>
#include <coroutine>
#include <expected>
#include <mutex>
#include <optional>
#include <utility>

namespace spargio {

/// A lock that a task may hold while it waits for other things. A waiter sleeps as a task, not as a thread; the
/// lock is handed over in order of arrival, so nobody overtakes and nobody starves. Tasks of any shard lock it;
/// any thread may try_lock() it and let a guard go. It must outlive its guards and all waiters, and may be
/// destroyed by the task that gets it last. Cost: a short spin lock when it is free, no allocation ever, a trip
/// through the run queue when not.
///
/// For sections that never suspend a plain std::mutex or an atomic is cheaper.
class mutex {
public:
    mutex() = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;
    /// Guards that are still there, in frames that a stopping runtime has yet to destroy, let go.
    ~mutex() {
        if (guard* const holder = holder_.load(std::memory_order_relaxed)) holder->of_ = nullptr;
    }

    /// Holds the lock as long as it lives. Move-only; may be moved to and destroyed on any thread.
    class [[nodiscard]] guard {
    public:
        guard() noexcept = default;
        guard(guard&& other) noexcept : of_(other.of_) { take_from(other); }
        guard& operator=(guard&& other) noexcept {
            if (this != &other) {
                unlock();
                of_ = other.of_;
                take_from(other);
            }
            return *this;
        }
        ~guard() { unlock(); }

        /// Lets the lock go before the end of the guard's life. Idempotent. A wake when somebody waits.
        void unlock() noexcept {
            if (of_ != nullptr) std::exchange(of_, nullptr)->hand_over();
        }
        [[nodiscard]] bool owns_lock() const noexcept { return of_ != nullptr; }
        [[nodiscard]] explicit operator bool() const noexcept { return owns_lock(); }

    private:
        friend mutex;
        friend class condition;
        explicit guard(mutex& of) noexcept : of_(&of) {}
        void take_from(guard& other) noexcept {
            if (of_ == nullptr) return;
            of_->holder_.store(this, std::memory_order_relaxed);
            other.of_ = nullptr;
        }

        mutex* of_ = nullptr;
    };

    class lock_awaiter : detail::wait_node {
    public:
        explicit lock_awaiter(mutex& of, detail::wait_kind kind) noexcept : mutex_(of), kind_(kind) {}
        lock_awaiter(const lock_awaiter&) = delete;
        lock_awaiter& operator=(const lock_awaiter&) = delete;
        ~lock_awaiter() { mutex_.forget(*this); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return mutex_.start_lock(*this, caller) || detail::scheduling::suspends_when_ready(caller);
        }
        [[nodiscard]] std::expected<guard, errc> await_resume() noexcept {
            mutex_.forget(*this);
            if (const status outcome = this->outcome(); !outcome) return std::unexpected(outcome.error());
            return std::move(granted_);
        }

    private:
        friend mutex;
        mutex& mutex_;
        guard granted_; // what was handed over; let go when the frame is destroyed before it goes on
        detail::wait_kind kind_;
    };

    class lock_regardless_awaiter : lock_awaiter {
    public:
        explicit lock_regardless_awaiter(mutex& of) noexcept : lock_awaiter(of, detail::wait_kind::deaf) {}
        using lock_awaiter::await_ready;
        using lock_awaiter::await_suspend;
        guard await_resume() noexcept { return *lock_awaiter::await_resume(); }
    };

    /// Waits for the lock. `canceled`: the task was asked to stop, before or meanwhile, and doesn't hold it. In
    /// a task. A stop of the runtime is no answer: a task that still waits when nothing else runs any more, or
    /// the grace is over, is destroyed where it waits. So it is with every wait of task/.
    [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this, detail::wait_kind::cancellable); }

    /// Waits for the lock whether or not the task was asked to stop: for what must be put in order at the end.
    [[nodiscard]] lock_regardless_awaiter lock_regardless() noexcept { return lock_regardless_awaiter(*this); }

    /// Takes the lock if it is free and nobody waits; an empty guard otherwise. Any thread, also of a task that
    /// was asked to stop.
    [[nodiscard]] guard try_lock() noexcept {
        const std::lock_guard hold(lock_);
        if (locked()) return {};
        guard taken(*this);
        holder_.store(&taken, std::memory_order_relaxed); // follows the guard where it is moved
        return taken;
    }

private:
    bool start_lock(lock_awaiter& waiter, std::coroutine_handle<> caller) noexcept {
        if (waiter.kind_ == detail::wait_kind::cancellable &&
            detail::scheduling::current_task()->cancel_requested())
            return waiter.decide(errc::canceled);
        const std::lock_guard hold(lock_);
        if (!locked()) {
            grant(waiter);
            return waiter.decide();
        }
        return waiters_.wait(waiter, caller, waiter.kind_);
    }

    /// Under the lock.
    [[nodiscard]] bool locked() const noexcept { return holder_.load(std::memory_order_relaxed) != nullptr; }

    /// Under the lock.
    void grant(lock_awaiter& waiter) noexcept {
        waiter.granted_.of_ = this;
        holder_.store(&waiter.granted_, std::memory_order_relaxed);
    }

    /// The guard has let go: nothing of the mutex is touched after the spin lock, for the next may destroy it.
    void hand_over() noexcept {
        std::optional<detail::waking_section> on_the_way;
        lock_awaiter* next = nullptr;
        {
            const std::lock_guard hold(lock_);
            holder_.store(nullptr, std::memory_order_relaxed);
            if (!waiters_.empty()) {
                on_the_way.emplace();
                next = static_cast<lock_awaiter*>(waiters_.claim_first());
            }
            if (next != nullptr) grant(*next);
        }
        if (next != nullptr) next->finish();
    }

    void forget(lock_awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        const std::lock_guard hold(lock_);
        waiters_.remove(waiter);
    }

    detail::spin_lock lock_;
    // The guard of the task that has it. It becomes and ceases to be null under the lock; a guard that moves
    // only puts its new address here.
    std::atomic<guard*> holder_{nullptr};
    detail::wait_list waiters_;
};

} // namespace spargio
