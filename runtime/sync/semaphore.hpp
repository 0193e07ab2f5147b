// semaphore: a number of units that tasks take and give back (R38).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace spargio {

/// Units to be taken, in order of arrival: a task that wants many is not overtaken by those that want few.
/// Tasks of any shard acquire; any thread releases and tries. It must outlive all waiters. Cost: a short spin
/// lock when there are enough units, a trip through the run queue when not. No allocation.
class semaphore {
public:
    /// The most units that can be there at a time. Giving it more, a negative number for instance, ends the
    /// program, with a message.
    [[nodiscard]] static constexpr std::size_t max() noexcept { return PTRDIFF_MAX; }

    explicit semaphore(std::size_t units) noexcept : available_(0) { add(units); }
    semaphore(const semaphore&) = delete;
    semaphore& operator=(const semaphore&) = delete;

    class acquire_awaiter : detail::wait_node {
    public:
        acquire_awaiter(semaphore& from, std::size_t units) noexcept : from_(from), units_(units) {}
        acquire_awaiter(const acquire_awaiter&) = delete;
        acquire_awaiter& operator=(const acquire_awaiter&) = delete;
        ~acquire_awaiter() { from_.give_up(*this); }

        [[nodiscard]] bool await_ready() noexcept {
            // It may have been awaited before.
            next_granted_ = nullptr;
            granted_ = false;
            return false;
        }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return from_.start_acquire(*this, caller);
        }
        [[nodiscard]] status await_resume() noexcept {
            from_.arrive(*this);
            return this->outcome();
        }

    private:
        friend semaphore;
        semaphore& from_;
        std::size_t units_;
        acquire_awaiter* next_granted_ = nullptr; // of those that one release serves
        bool granted_ = false;
    };

    /// Waits for `units`, which are taken all at once. More than there will ever be means waiting until
    /// cancelled. `canceled`: the task was asked to stop, before or meanwhile, and nothing was taken. In a
    /// task.
    [[nodiscard]] acquire_awaiter acquire(std::size_t units = 1) noexcept {
        return acquire_awaiter(*this, units);
    }

    /// Takes `units` if they are there and nobody waits. Any thread, also of a task that was asked to stop.
    [[nodiscard]] bool try_acquire(std::size_t units = 1) noexcept {
        const std::lock_guard hold(lock_);
        return take(units);
    }

    /// Gives `units` back, or adds new ones, up to max(). Any thread. A wake for each task that gets enough by
    /// it.
    void release(std::size_t units = 1) noexcept {
        std::optional<detail::waking_section> on_the_way;
        acquire_awaiter* served = nullptr;
        {
            const std::lock_guard hold(lock_);
            add(units);
            served = serve(on_the_way);
        }
        tell(served);
    }

    /// Units that are there; a guess while others take and give. Any thread.
    [[nodiscard]] std::size_t available() const noexcept {
        const std::lock_guard hold(lock_);
        return available_;
    }

private:
    bool start_acquire(acquire_awaiter& waiter, std::coroutine_handle<> caller) noexcept {
        if (detail::scheduling::current_task()->cancel_requested()) {
            waiter.decide(errc::canceled);
            return detail::scheduling::suspends_when_ready(caller);
        }
        {
            const std::lock_guard hold(lock_);
            if (!take(waiter.units_)) return waiters_.wait(waiter, caller);
            waiter.decide();
            if (detail::scheduling::may_go_on()) return false;
            waiter.granted_ = true; // a frame that is destroyed before it goes on gives them back
            granted_.append(waiter);
        }
        detail::scheduling::give_way(caller);
        return true;
    }

    /// Under the lock.
    void add(std::size_t units) noexcept {
        if (units > max() - available_) detail::misused("a semaphore is given more units than it can count");
        available_ += units;
    }

    /// Under the lock.
    bool take(std::size_t units) noexcept {
        if (!waiters_.empty() || units > available_) return false;
        available_ -= units;
        return true;
    }

    /// Under the lock: gives out what there is, in order, and returns the tasks that got something, as a chain.
    /// A node whose task was cancelled may stand in front of others until that task runs; give_up() serves
    /// those then.
    acquire_awaiter* serve(std::optional<detail::waking_section>& on_the_way) noexcept {
        acquire_awaiter* chain = nullptr;
        acquire_awaiter** end = &chain;
        while (auto* const first = static_cast<acquire_awaiter*>(waiters_.first())) {
            if (first->units_ > available_) break;
            if (!on_the_way) on_the_way.emplace();
            if (!waiters_.claim(*first)) continue;
            available_ -= first->units_;
            first->granted_ = true;
            granted_.append(*first);
            *end = first;
            end = &first->next_granted_;
        }
        return chain;
    }

    /// Not under the lock, and nothing of the semaphore is touched any more: a task that is told may destroy
    /// it.
    static void tell(acquire_awaiter* chain) noexcept {
        while (chain != nullptr) {
            acquire_awaiter* const next = chain->next_granted_;
            chain->finish();
            chain = next;
        }
    }

    /// The task goes on: it has its units, or was cancelled.
    void arrive(acquire_awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        if (waiter.granted_) {
            const std::lock_guard hold(lock_);
            granted_.remove(waiter);
            return;
        }
        give_up(waiter);
    }

    /// The task was cancelled, or its frame is destroyed before it could go on: units that it was granted go
    /// back, and those behind it may have enough now.
    void give_up(acquire_awaiter& waiter) noexcept {
        if (!waiter.listed()) return;
        std::optional<detail::waking_section> on_the_way;
        acquire_awaiter* served = nullptr;
        {
            const std::lock_guard hold(lock_);
            if (waiter.granted_) add(waiter.units_);
            (waiter.granted_ ? granted_ : waiters_).remove(waiter);
            served = serve(on_the_way);
        }
        tell(served);
    }

    mutable detail::spin_lock lock_;
    std::size_t available_;
    detail::wait_list waiters_;
    detail::wait_list granted_; // have their units, and have not run yet
};

} // namespace spargio
