// How long an idle shard looks round before it sleeps (R14).
//
// Sleeping and being woken costs several µs and a system call on both sides, spinning costs CPU time. The
// budget adapts: spins that found work let it grow to the limit, spins that ended in sleep halve it, so a shard
// with nothing to do spins less and less, down to a sixteenth. A sleep that turned out to be short (work came
// within the limit) lets it grow again. It begins at the least: a fresh shard would only take the CPU from
// those that still start.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace spargio::detail {

class idle_spin {
public:
    using clock = std::chrono::steady_clock;

    explicit idle_spin(std::chrono::nanoseconds limit) noexcept
        : limit_(limit), least_(limit / 16), budget_(least_) {}

    /// Whether there is any spinning.
    [[nodiscard]] bool ever() const noexcept { return limit_.count() != 0; }

    /// Nothing to do: starts, or goes on with, a spin. False when the budget is used up and the shard should
    /// sleep. Looks at the clock only every few calls.
    [[nodiscard]] bool go_on() noexcept {
        if (limit_.count() == 0) return false;
        if (rounds_++ == 0) {
            began_ = clock::now();
            return true;
        }
        return rounds_ % clock_every != 0 || clock::now() - began_ < budget_;
    }

    /// Work was found. Cheap: called after every turn that had some.
    void found_work() noexcept {
        if (rounds_ == 0) return;
        rounds_ = 0;
        budget_ = std::min(limit_, budget_ * 2);
    }

    /// The spin was in vain and the shard sleeps now.
    void going_to_sleep() noexcept {
        if (limit_.count() == 0) return;
        slept_at_ = clock::now();
        rounds_ = 0;
        budget_ = std::max(least_, budget_ / 2);
    }

    void woke_up() noexcept {
        if (limit_.count() == 0) return;
        if (clock::now() - slept_at_ < limit_) budget_ = limit_;
    }

private:
    static constexpr std::uint32_t clock_every = 32;

    std::chrono::nanoseconds limit_;
    std::chrono::nanoseconds least_;
    std::chrono::nanoseconds budget_;
    std::uint32_t rounds_ = 0;
    clock::time_point began_{};
    clock::time_point slept_at_{};
};

} // namespace spargio::detail
