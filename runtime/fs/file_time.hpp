// fs::file_time: when something happened to a file (R41).
#pragma once

#include <chrono>
#include <compare>

namespace spargio::fs {

/// A moment of the system clock, as statx(2) tells it: any year that a file system can keep, to the nanosecond.
/// std::chrono::sys_time<std::chrono::nanoseconds> reaches from 1677 to 2262 only (decision 0045). A value;
/// earlier ones are less.
class file_time {
public:
    constexpr file_time() noexcept = default; ///< the beginning of 1970
    /// `fraction` of a second after `second`; from 0 to 999,999,999 ns, as from all that the kernel says.
    constexpr file_time(std::chrono::sys_seconds second, std::chrono::nanoseconds fraction) noexcept
        : second_(second), fraction_(fraction) {}

    /// The whole second in which it lies.
    [[nodiscard]] constexpr std::chrono::sys_seconds second() const noexcept { return second_; }
    /// How long after the beginning of that second.
    [[nodiscard]] constexpr std::chrono::nanoseconds fraction() const noexcept { return fraction_; }

    /// For arithmetic: the moment itself where the type has it, else the one nearest to it that it has, in
    /// 1677 or 2262.
    [[nodiscard]] constexpr std::chrono::sys_time<std::chrono::nanoseconds> nearest() const noexcept {
        using time_point = std::chrono::sys_time<std::chrono::nanoseconds>;
        constexpr auto first = std::chrono::ceil<std::chrono::seconds>(time_point::min());
        constexpr auto last = std::chrono::floor<std::chrono::seconds>(time_point::max());
        if (second_ < first) return time_point::min();
        if (second_ >= last) return time_point::max();
        return second_ + fraction_;
    }

    [[nodiscard]] friend constexpr bool operator==(const file_time&, const file_time&) noexcept = default;
    [[nodiscard]] friend constexpr std::strong_ordering operator<=>(const file_time& one,
                                                                    const file_time& other) noexcept {
        if (one.second_ != other.second_)
            return one.second_ < other.second_ ? std::strong_ordering::less : std::strong_ordering::greater;
        return one.fraction_.count() <=> other.fraction_.count();
    }

private:
    std::chrono::sys_seconds second_{};
    std::chrono::nanoseconds fraction_{};
};

} // namespace spargio::fs
