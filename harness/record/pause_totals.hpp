// What the session of a case used while it was paused.
#pragma once

#include "harness/record/run_event.hpp"

#include <cstdint>
#include <optional>

namespace bench {

/// Over all pauses of a case.
struct pause_totals {
    std::uint64_t cpu_ns = 0;
    std::uint64_t wall_ns = 0;
    std::uint64_t count = 0;

    void add(const pause_figures& pause) noexcept {
        cpu_ns += pause.cpu_ns;
        wall_ns += pause.wall_ns;
        ++count;
    }

    /// CPU time in the pauses as a share of one CPU; none without a pause.
    [[nodiscard]] std::optional<double> cpu_share() const noexcept {
        if (wall_ns == 0) return std::nullopt;
        return static_cast<double>(cpu_ns) / static_cast<double>(wall_ns);
    }

    /// The same beyond the millisecond that a session may take to fall asleep (workloads/contract/backend.hpp),
    /// which disturbs no other arm: the harness waits as long between slices.
    [[nodiscard]] double restless_share() const noexcept {
        const std::uint64_t allowed_ns = count * 1'000'000;
        if (wall_ns == 0 || cpu_ns <= allowed_ns) return 0;
        return static_cast<double>(cpu_ns - allowed_ns) / static_cast<double>(wall_ns);
    }
};

} // namespace bench
