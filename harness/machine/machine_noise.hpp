// How busy the machine was with others' work between two readings (M5).
#pragma once

#include "harness/record/block_record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// A reading of the machine's counters. "Ours" is this process and its children that have been waited for.
class noise_reading {
public:
    static noise_reading take();

    /// What happened from this reading to `later`.
    [[nodiscard]] noise_figures until(const noise_reading& later) const;

private:
    std::uint64_t taken_ns_ = 0;
    std::uint64_t ours_ns_ = 0;
    std::optional<std::uint64_t> pressure_us_;
    std::optional<std::uint64_t> busy_ns_;
    std::optional<std::uint64_t> stolen_ns_;
    std::optional<std::uint64_t> throttled_us_;
};

/// Directory of this process's cgroup (version 2), or of its cpu controller (version 1); empty where there is
/// none.
[[nodiscard]] std::string cgroup_cpu_directory();

} // namespace bench
