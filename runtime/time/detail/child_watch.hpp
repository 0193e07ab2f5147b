// Waiting for the end of a child on the same shard, but not longer than to a deadline (R34).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/tasks/detail/spawned_task.hpp>
#include <spargio/tasks/join_handle.hpp>
#include <spargio/tasks/task.hpp>

#include <coroutine>
#include <cstdint>
#include <optional>
#include <utility>

namespace spargio::detail {

/// Stands in the parent's frame. The child, pinned to the parent's shard, tells it when it begins and when it
/// ends; the timer runs only from when the child has begun, so a child runs up to its first wait whatever the
/// deadline.
///
/// All on one thread, that of the parent's shard: a child that has moved to another one comes back by
/// way_home() before it ends. When a stopping runtime destroys frames, in whatever order, each side lets the
/// other know.
class child_watch {
public:
    /// What ended a wait.
    enum class end : std::uint8_t {
        child,    ///< the child has ended
        deadline, ///< the deadline has come
        canceled, ///< the parent has been cancelled
        closed,   ///< the runtime stops, and there are no timers any more
    };

    explicit child_watch(timer_context::time_point deadline) noexcept
        : deadline_(deadline), timers_(timer_context::here()) {}
    child_watch(const child_watch&) = delete;
    child_watch& operator=(const child_watch&) = delete;
    ~child_watch() {
        if (child_ != nullptr) child_->watch_ = nullptr;
    }

    /// Stands in the child's frame, from its first step to its last, which is on the parent's shard.
    class presence {
    public:
        explicit presence(child_watch& watch) noexcept : watch_(&watch) { watch.child_begins(*this); }
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        ~presence() {
            if (watch_ != nullptr) watch_->child_ends();
        }

    private:
        friend child_watch;
        child_watch* watch_;
    };

    /// Schedules `work`, which must hold a presence of this watch while it runs.
    template <class T>
    [[nodiscard]] join_handle<T> start(task<T>&& work) {
        auto& state = prepare_spawn(std::move(work), mobility::pinned);
        join_handle<T> handle(state);
        timers_.start(state);
        return handle;
    }

    class homeward_awaiter {
    public:
        explicit homeward_awaiter(timer_context to) noexcept : to_(to) {}
        [[nodiscard]] bool await_ready() const noexcept { return to_.is_here(); }
        // Out of line: the child may run there before the call has returned.
        [[gnu::noinline]] void await_suspend(std::coroutine_handle<> caller) noexcept { to_.bring(caller); }
        void await_resume() const noexcept {}

    private:
        timer_context to_;
    };

    /// Brings the current task, the child, to the parent's shard if it is elsewhere. Not cancellable.
    [[nodiscard]] homeward_awaiter way_home() const noexcept { return homeward_awaiter(timers_); }

    class awaiter {
    public:
        awaiter(child_watch& watch, bool timed) noexcept : watch_(watch), timed_(timed) {}
        awaiter(const awaiter&) = delete;
        awaiter& operator=(const awaiter&) = delete;
        ~awaiter() {
            watch_.waiting_ = nullptr;
            if (wait_.pending()) watch_.timers_.disarm(wait_);
        }

        [[nodiscard]] bool await_ready() const noexcept { return watch_.ended_; }

        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            if (timed_ && watch_.timers_.stopping()) return wait_.decide(errc::closed);
            watch_.waiting_ = this;
            if (timed_ && watch_.child_ != nullptr) watch_.timers_.arm(wait_, watch_.deadline_);
            return watch_.timers_.suspend(wait_, caller);
        }

        [[nodiscard]] end await_resume() noexcept {
            watch_.waiting_ = nullptr;
            watch_.timers_.end(wait_);
            if (watch_.ended_) return end::child; // its own answer, even if the deadline has come as well
            const status outcome = wait_.outcome();
            if (outcome) return end::deadline;
            return outcome.error() == errc::closed ? end::closed : end::canceled;
        }

    private:
        friend child_watch;
        child_watch& watch_;
        const bool timed_;
        timer_wait wait_;
    };

    /// Waits for the child and the deadline, whichever comes first. Cancellable.
    [[nodiscard]] awaiter end_or_deadline() noexcept { return awaiter(*this, true); }
    /// Waits for the child. Cancellable.
    [[nodiscard]] awaiter end_of_child() noexcept { return awaiter(*this, false); }

private:
    void child_begins(presence& child) noexcept {
        child_ = &child;
        if (waiting_ != nullptr && waiting_->timed_ && !timers_.stopping())
            timers_.arm(waiting_->wait_, deadline_);
    }

    void child_ends() noexcept {
        child_ = nullptr;
        ended_ = true;
        if (waiting_ == nullptr) return;
        timers_.disarm(waiting_->wait_);
        if (waiting_->wait_.claim()) waiting_->wait_.finish();
    }

    const timer_context::time_point deadline_;
    timer_context timers_;
    presence* child_ = nullptr;
    awaiter* waiting_ = nullptr;
    bool ended_ = false;
};

} // namespace spargio::detail
