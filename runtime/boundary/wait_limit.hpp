// How long a task waits for a call or its answer (R46): the timed forms and the others share one awaiter.
#pragma once

#include <spargio/boundary/call.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>

#include <chrono>

namespace spargio::boundary::detail {

/// Belongs to an awaiter, beside the timer_wait by which its task waits. The side that claims that task first
/// decides: the other side of the channel, the timer, or a cancellation; so a call goes to a server exactly if
/// the server has not timed out, and an answer to a caller exactly if the caller has not.
///
/// A task that waits with a limit is resumed on the shard where it began to wait, whose timers these are.
class wait_limit {
public:
    wait_limit() = default; ///< none; costs nothing but its place
    explicit wait_limit(std::chrono::steady_clock::time_point deadline) noexcept
        : deadline_(deadline), limited_(true) {}

    [[nodiscard]] bool exists() const noexcept { return limited_; }

    /// In await_suspend, before the wait is visible to others. False when the runtime stops and `wait` has been
    /// told so: don't suspend.
    [[nodiscard]] bool begin(spargio::detail::timer_wait& wait) noexcept {
        if (!limited_) return true;
        timers_ = spargio::detail::timer_context::here();
        if (timers_.stopping()) return wait.decide(errc::closed);
        timers_.hold();
        timers_.arm(wait, deadline_);
        return true;
    }

    /// In await_resume.
    void end(spargio::detail::timer_wait& wait) noexcept {
        if (limited_) timers_.end(wait);
    }

    /// In the awaiter's destructor: the frame may be destroyed while it waits.
    void drop(spargio::detail::timer_wait& wait) noexcept {
        if (wait.pending()) timers_.disarm(wait);
    }

private:
    std::chrono::steady_clock::time_point deadline_ = no_deadline;
    spargio::detail::timer_context timers_;
    bool limited_ = false;
};

} // namespace spargio::boundary::detail
