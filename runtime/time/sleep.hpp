// Waiting for time to pass (R34): `co_await spargio::sleep_for(10ms)`.
#pragma once

#include <spargio/detail/sched/later_by.hpp>
#include <spargio/time/timer_awaiter.hpp>

#include <chrono>

namespace spargio {

/// Suspends the current task until `deadline` of the steady clock, never shorter (P10); on an idle shard it
/// goes on within about 0.1 ms after it (the kernel's timer slack). Answers {}, or `canceled` when the task is
/// asked to stop, or `closed` when the runtime stops. A deadline that has passed lets the other ready tasks run
/// first, as yield() does. On a shard only. The task is resumed on this shard, in order of deadline. Cost:
/// beside the suspension a timer set in the shard's wheel, tens of ns however many there are; no system call,
/// no allocation; while any timer is pending the shard looks at the clock each turn.
[[nodiscard]] inline timer_awaiter sleep_until(std::chrono::steady_clock::time_point deadline) noexcept {
    return timer_awaiter(deadline);
}

/// sleep_until() for `duration` from this call, not from its co_await. Nothing and less than nothing: one turn.
template <class Rep, class Period>
[[nodiscard]] timer_awaiter sleep_for(std::chrono::duration<Rep, Period> duration) noexcept {
    return timer_awaiter(detail::later_by(std::chrono::steady_clock::now(), duration));
}

} // namespace spargio
