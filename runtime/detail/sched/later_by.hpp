// A moment some time after another, without overflow and never too early.
#pragma once

#include <algorithm>
#include <chrono>

namespace spargio::detail {

/// `start` + `duration`, or the end of time where that is beyond it. Rounds up to the clock's nanoseconds, so
/// that nothing is early. Any thread.
template <class Rep, class Period>
[[nodiscard]] constexpr std::chrono::steady_clock::time_point
later_by(std::chrono::steady_clock::time_point start, std::chrono::duration<Rep, Period> duration) noexcept {
    using time_point = std::chrono::steady_clock::time_point;
    // Compared in seconds as a double: the duration may not fit into nanoseconds.
    using seconds = std::chrono::duration<double>;
    const auto room = time_point::max() - std::max(start, time_point());
    if (seconds(duration) >= seconds(room) - seconds(1)) return time_point::max();
    if (duration <= duration.zero()) return start;
    return start + std::chrono::ceil<std::chrono::steady_clock::duration>(duration);
}

} // namespace spargio::detail
