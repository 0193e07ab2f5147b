// One slice of one arm: what was done, and what it took (M4).
#pragma once

#include "harness/record/latency_record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// Only throughput slices are judged by time; latency slices read the clock around each operation.
enum class slice_mode { throughput, latency };

/// What a cell reports of a slice. Times in ns, of the whole process.
struct slice_figures {
    std::uint64_t iterations = 0;
    std::uint64_t operations = 0;
    std::uint64_t wall_ns = 0;
    std::uint64_t user_ns = 0; ///< CPU time, split as the kernel samples it; the sum with `system_ns` is exact
    std::uint64_t system_ns = 0;
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
    std::optional<std::uint64_t> instructions = std::nullopt; ///< none where the kernel has no counters for us
    std::optional<std::uint64_t> cycles = std::nullopt;
    /// CPU time of the workload's peer, a process of its own; none where it has none, and in older files.
    std::optional<std::uint64_t> peer_cpu_ns = std::nullopt;

    [[nodiscard]] std::uint64_t cpu_ns() const noexcept { return user_ns + system_ns; }
};

/// A slice of the result schema.
struct slice_record {
    std::string case_id;
    slice_mode mode = slice_mode::throughput;
    slice_figures figures;
    std::optional<latency_summary> latency = std::nullopt; ///< of mode latency; none where nothing was recorded
    other_minor beyond = {};
};

} // namespace bench
