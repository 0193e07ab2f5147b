// How many tasks a shard runs between two looks at ring, lanes and timers (R11): a number, and less where they
// take long.
//
// A clock that was asked after each task would cost more than most tasks do. So tasks are counted, as in Tokio
// and Go (61 of either), and the count is what fits into a slice of time by what the last ones took, as in
// Tokio's tuned interval; Seastar's slice is half a millisecond as well. It begins with few. The clock is asked
// only by turns that were ended by the count, and of those, while tasks are short, by one in some.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace spargio::detail {

/// Of one shard, for its thread. `Clock` is a test's, or the steady one.
template <class Clock = std::chrono::steady_clock>
class turn_budget {
public:
    /// Never more than `most`, which is at least 1.
    explicit turn_budget(std::uint32_t most) noexcept : most_(most), limit_(std::min(most, careful)) {}

    /// Tasks that the next turn may run.
    [[nodiscard]] std::uint32_t limit() const noexcept { return limit_; }

    /// Fewer tasks than that were ready, or none.
    void ended_early() noexcept { turns_ = 0; }

    /// The limit has ended the turn.
    void used_up() noexcept {
        if (turns_ != 0 && limit_ == most_ && turns_++ < turns_unasked) return;
        const auto now = Clock::now();
        // The first turn after one that ended early began nobody knows when; it is taken for a short one.
        turns_ == 0 ? grow() : judge((now - began_) / turns_);
        began_ = now;
        turns_ = 1;
    }

private:
    static constexpr std::uint32_t careful = 4;
    static constexpr std::uint32_t turns_unasked = 4;
    static constexpr std::chrono::nanoseconds slice = std::chrono::microseconds(500);

    void judge(std::chrono::nanoseconds turn) noexcept {
        if (turn < slice / 2) grow();
        if (turn <= slice) return;
        const auto fits = limit_ * slice.count() / turn.count();
        limit_ = static_cast<std::uint32_t>(std::max<std::int64_t>(1, fits));
    }
    void grow() noexcept { limit_ = limit_ < most_ / 2 ? limit_ * 2 : most_; }

    const std::uint32_t most_;
    std::uint32_t limit_;
    std::uint32_t turns_ = 0; // that the limit has ended since the clock was asked; 0: another one came between
    typename Clock::time_point began_{};
};

} // namespace spargio::detail
