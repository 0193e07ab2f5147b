// Waits, within limits, until others leave the machine alone; and says when a block was too noisy (M5).
#pragma once

#include "harness/machine_noise.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// Foreign CPU above which a block doesn't start yet: a fifth of the machine. Below it lies what the tick
/// resolution of /proc/stat can't tell from nothing.
inline constexpr double quiet_foreign_share = 0.20;
/// Foreign or stolen CPU above which a finished block is dropped: a third of the machine.
inline constexpr double drop_foreign_share = 0.33;
/// At most this share of a group's blocks, begun or planned, is dropped.
inline constexpr double drop_limit_share = 0.30;

/// The reason to drop a block; empty where there is none. Looks at the machine only, never at the arms'
/// figures.
[[nodiscard]] std::optional<std::string> reason_to_drop(const noise_figures& seen);

class quiet_wait {
public:
    /// `per_block_ns` bounds one wait; all waits together stay below a tenth of the run so far plus one wait.
    explicit quiet_wait(std::uint64_t per_block_ns);

    /// Waits; returns for how long. Where the last block was quiet there is nothing to wait for.
    std::uint64_t before_block();

    /// Tells what the block that just ended saw.
    void after_block(const noise_figures& seen) noexcept { last_foreign_share_ = seen.foreign_share; }

private:
    std::uint64_t limit_ns_;
    std::uint64_t run_started_ns_;
    std::uint64_t waited_total_ns_ = 0;
    std::optional<double> last_foreign_share_ = 1.0;
};

} // namespace bench
