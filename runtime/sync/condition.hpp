// condition: tasks wait until what a mutex guards has changed (R38).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/machine/spin_lock.hpp>
#include <spargio/sync/mutex.hpp>
#include <spargio/tasks/task.hpp>

#include <coroutine>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace spargio {

/// As std::condition_variable, for tasks and spargio::mutex. Wakes are never spurious, but between a
/// notification and the return of wait() others may have had the lock, so look again. Tasks of any shard wait;
/// any thread notifies, with the lock or without. It must outlive all waiters. Cost: a short spin
/// lock when nobody waits, a frame and two trips through the run queue for a task that does.
class condition {
public:
    condition() = default;
    condition(const condition&) = delete;
    condition& operator=(const condition&) = delete;

    /// Lets the lock go, waits to be notified and takes the lock again: `held` owns it afterwards, whatever the
    /// answer, and must own it before. No notification is lost that comes after the lock was let go.
    /// `canceled`: the task was asked to stop, before or meanwhile, and no notification was used up. `held`
    /// must live until then. Throws std::bad_alloc for its frame, at once and with the lock still held.
    [[nodiscard]] task<status> wait(mutex::guard& held) {
        if (!held.owns_lock()) detail::misused("a condition is waited for without its lock");
        mutex& guarded = *held.of_;
        const status outcome = co_await awaiter(*this, held);
        if (!held.owns_lock()) held = co_await guarded.lock_regardless();
        co_return outcome;
    }

    /// Waits until `holds()`, called with the lock, is true. `canceled` as above; it may be true then, too.
    template <class Predicate>
    [[nodiscard]] task<status> wait(mutex::guard& held, Predicate holds) {
        static_assert(std::is_trivially_destructible_v<Predicate>,
                      "capture by reference: g++ 12 destroys other closures twice within a co_await");
        while (!holds()) {
            auto notified = wait(held);
            if (const status outcome = co_await std::move(notified); !outcome) co_return outcome;
        }
        co_return status{};
    }

    /// Wakes the task that has waited longest, if there is one. Any thread. A lock, and a wake.
    void notify_one() noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* woken = nullptr;
        {
            const std::lock_guard hold(lock_);
            if (!waiters_.empty()) on_the_way.emplace();
            woken = waiters_.claim_first();
        }
        if (woken != nullptr) woken->finish();
    }

    /// Wakes all waiters, in order of arrival. Any thread. A lock, and a wake for each.
    void notify_all() noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* woken = nullptr;
        {
            const std::lock_guard hold(lock_);
            if (!waiters_.empty()) on_the_way.emplace();
            woken = waiters_.claim_all();
        }
        detail::wait_node::finish_all(woken);
    }

private:
    class awaiter : detail::wait_node {
    public:
        awaiter(condition& of, mutex::guard& held) noexcept : of_(of), held_(held) {}
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
        friend condition;
        condition& of_;
        mutex::guard& held_;
    };

    bool start_wait(awaiter& waiter, std::coroutine_handle<> caller) noexcept {
        mutex::guard let_go;
        {
            const std::lock_guard hold(lock_);
            // Into this thread's stack before anybody can resume the task, whose guard it is; the mutex itself
            // stays, because the task wants it back.
            let_go = std::move(waiter.held_);
            if (!waiters_.wait(waiter, caller)) {
                waiter.held_ = std::move(let_go);
                return false;
            }
        }
        return true;
    }

    void forget(awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        const std::lock_guard hold(lock_);
        waiters_.remove(waiter);
    }

    detail::spin_lock lock_;
    detail::wait_list waiters_;
};

} // namespace spargio
