// Waits, within limits, until others leave the machine alone; and says when a block was too noisy (M5).
#pragma once

#include "harness/machine/machine_noise.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

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

/// What a `quiet_wait` knows of the world. Tests put their own in.
struct quiet_senses {
    /// Nanoseconds of a monotonic clock.
    std::function<std::uint64_t()> now_ns;
    /// Sleeps for so many nanoseconds. The share of the machine that others used meanwhile, empty where that
    /// can't be read; false where the run was interrupted.
    std::function<bool(std::uint64_t window_ns, std::optional<double>& foreign_share)> look;

    static quiet_senses of_this_machine();
};

class quiet_wait {
public:
    /// `per_block_ns` bounds one wait; all waits together stay below a tenth of the run so far plus one wait.
    explicit quiet_wait(std::uint64_t per_block_ns, quiet_senses senses = quiet_senses::of_this_machine());

    /// Waits; returns for how long. Where the last block was quiet there is nothing to wait for, and where a
    /// neighbour stays there is nothing to gain.
    std::uint64_t before_block();

    /// Tells what the block that just ended saw.
    void after_block(const noise_figures& seen) noexcept;

    /// Whether the neighbour is one that stays: in half a second its share of the machine neither fell to quiet
    /// nor moved. Then a later block is as noisy as this one, so dropping it would gain nothing. Looked at
    /// again after ten blocks.
    [[nodiscard]] bool neighbour_stays() const noexcept { return blocks_beside_neighbour_ != 0; }

private:
    [[nodiscard]] bool is_steady() const;

    quiet_senses senses_;
    std::uint64_t limit_ns_;
    std::uint64_t run_started_ns_;
    std::uint64_t waited_total_ns_ = 0;
    std::optional<double> last_foreign_share_ = 1.0;
    std::vector<double> looks_;       ///< of the wait under way
    int blocks_beside_neighbour_ = 0; ///< blocks that are still taken as they come
};

} // namespace bench
