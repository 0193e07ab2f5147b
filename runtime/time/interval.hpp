// Ticks in equal distances (R35): `interval every(100ms)`, and then `co_await every.tick()` in a loop.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/sched/later_by.hpp>
#include <spargio/time/sleep.hpp>
#include <spargio/time/timer_awaiter.hpp>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <expected>
#include <stdexcept>

namespace spargio {

/// What follows on a tick that was taken late: more than a millisecond, or more than a period where that is
/// shorter. The three policies are those of Tokio's MissedTickBehavior.
enum class missed_ticks : std::uint8_t {
    burst, ///< the missed ones at once, one after the other, until the schedule is caught up with
    delay, ///< the next a whole period after the late one; the schedule moves
    skip,  ///< the next one of the schedule that is still to come; the missed ones are left out
};

/// A schedule of ticks, taken by one task at a time, on any shard. Copying it copies the schedule. One thread
/// at a time; it holds no timer but while a task waits in tick(), and allocates nothing.
class interval {
public:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;
    using duration = clock::duration;

    /// Ticks at once, then every `period`, which is rounded up to the clock's nanoseconds; one that these can't
    /// hold is as good as for ever. Throws std::invalid_argument when `period` is not positive.
    template <class Rep, class Period>
    explicit interval(std::chrono::duration<Rep, Period> period, missed_ticks policy = missed_ticks::burst)
        : interval(clock::now(), period, policy) {}

    /// Ticks at `first`, which may have passed, then every `period`; as above.
    template <class Rep, class Period>
    interval(time_point first, std::chrono::duration<Rep, Period> period,
             missed_ticks policy = missed_ticks::burst)
        : next_(first), period_(detail::later_by(time_point(), period) - time_point()), policy_(policy) {
        if (period_ <= duration::zero()) throw std::invalid_argument("an interval needs a positive period");
    }

    [[nodiscard]] duration period() const noexcept { return period_; }
    [[nodiscard]] missed_ticks policy() const noexcept { return policy_; }
    /// From the next tick that is taken on.
    void set_policy(missed_ticks policy) noexcept { policy_ = policy; }
    /// When the next tick is due.
    [[nodiscard]] time_point next() const noexcept { return next_; }

    /// The next tick a period from now. A tick that a task waits for already stays where it is, and decides
    /// about the next one after it.
    void reset() noexcept { reset_at(detail::later_by(clock::now(), period_)); }
    /// The next tick at `when`. Otherwise as reset().
    void reset_at(time_point when) noexcept { next_ = when; }

    class tick_awaiter {
    public:
        explicit tick_awaiter(interval& from) noexcept : from_(from), wait_(from.next_) {}
        tick_awaiter(const tick_awaiter&) = delete;
        tick_awaiter& operator=(const tick_awaiter&) = delete;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return wait_.await_suspend(caller);
        }
        [[nodiscard]] std::expected<time_point, errc> await_resume() noexcept {
            const status outcome = wait_.await_resume();
            if (!outcome) return std::unexpected(outcome.error());
            from_.next_ = from_.after(wait_.deadline(), clock::now());
            return wait_.deadline();
        }

    private:
        interval& from_;
        timer_awaiter wait_;
    };

    /// Waits for the next tick and gives the moment for which it was scheduled, not that at which it came.
    /// `canceled`, `closed`: as sleep_until(); the tick is not used up. The interval must outlive the wait.
    /// Cost: as sleep_until(), and a look at the clock.
    [[nodiscard]] tick_awaiter tick() noexcept { return tick_awaiter(*this); }

    /// When the next tick is due after one that was scheduled for `scheduled` and was taken at `now`: the
    /// policy as a function of times, which reads no clock.
    [[nodiscard]] time_point after(time_point scheduled, time_point now) const noexcept {
        const duration late = now - std::max(scheduled, time_point()); // no overflow, however long ago
        if (policy_ == missed_ticks::burst || late <= std::min(period_, on_time))
            return detail::later_by(scheduled, period_);
        if (policy_ == missed_ticks::delay) return detail::later_by(now, period_);
        return detail::later_by(now, period_ - late % period_);
    }

private:
    /// What an idle shard needs at most (P10): not the task's fault, and no reason to move a schedule.
    static constexpr duration on_time = std::chrono::milliseconds(1);

    time_point next_;
    duration period_;
    missed_ticks policy_;
};

/// An interval that begins at `first`. Throws std::invalid_argument when `period` is not positive.
template <class Rep, class Period>
[[nodiscard]] interval interval_at(interval::time_point first, std::chrono::duration<Rep, Period> period,
                                   missed_ticks policy = missed_ticks::burst) {
    return interval(first, period, policy);
}

} // namespace spargio
