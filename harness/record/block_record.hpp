// One block of a group: its slices, and the conditions under which they ran (M2, M5).
#pragma once

#include "harness/record/slice_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What others did on the machine meanwhile. Shares from 0 to 1; none where it can't be read.
struct noise_figures {
    std::optional<double> pressure_share =
        std::nullopt; ///< growth of 'some' in /proc/pressure/cpu over the wall time
    std::optional<double> foreign_share =
        std::nullopt; ///< machine busy minus ours, over the capacity of all CPUs
    std::optional<double> stolen_share = std::nullopt; ///< steal time over the capacity of all CPUs
    std::optional<std::uint64_t> throttled_ns =
        std::nullopt; ///< time that the cgroup's quota kept us off the CPUs
};

/// What of the machine the harness and the cells of a block had. None where it can't be read.
struct allowance {
    std::optional<std::vector<int>> cpus = std::nullopt; ///< that each of them could use all the while
    std::optional<std::int64_t> nice = std::nullopt;     ///< the highest
    std::optional<double> cpu_limit = std::nullopt; ///< CPUs that the cgroup's quota allows; none: no limit
};

/// In which state the CPUs are: near or far from each other.
struct probe_figures {
    /// Median round trip of one cache line between two CPUs, two threads spinning; none with one CPU.
    std::optional<std::uint64_t> cache_line_ns = std::nullopt;
    /// Median blocking round trip of two threads over two eventfds.
    std::optional<std::uint64_t> eventfd_ns = std::nullopt;
    other_minor beyond = {};
};

/// What is known of a block when it begins.
struct block_start {
    std::uint64_t index = 0; ///< position in the run
    std::string group;
    std::uint64_t number = 0; ///< how many blocks of its group were begun before it
    std::uint64_t seed = 0;
    std::int64_t started_unix_ns = 0;
};

/// What is known of a block when it has ended.
struct block_conditions {
    noise_figures noise;
    allowance allowed = {};
    probe_figures probes_before;
    probe_figures probes_after;
    bool state_changed = false; ///< the CPUs were near before and far after, or the reverse
    std::uint64_t waited_for_quiet_ns = 0;
    bool dropped = false;
    std::optional<std::string> drop_reason = std::nullopt;
};

/// A block of the result schema.
struct block_record {
    block_start start;
    block_conditions conditions;
    std::vector<slice_record> slices;                    ///< in the order in which they ran
    std::optional<std::uint64_t> machine = std::nullopt; ///< of merged files: position under `machines`
    other_minor beyond = {};
};

} // namespace bench
