// What is read around one slice in the cell: clock, CPU time, switches, counters (M4).
#pragma once

#include "harness/machine/perf_counters.hpp"
#include "harness/record/slice_record.hpp"

#include <cstdint>
#include <ctime>
#include <optional>

namespace bench {

/// CPU time of all threads of this process so far, exact to the ns.
[[nodiscard]] std::uint64_t process_cpu_ns() noexcept;

/// Takes one reading when made, and the difference when asked.
class slice_meter {
public:
    /// `peer`: the clock of the CPU time of the workload's peer, where it has one.
    explicit slice_meter(const perf_counters& counters, std::optional<clockid_t> peer = std::nullopt);

    /// Wall ns since the reading; what an injected slowdown is measured by.
    [[nodiscard]] std::uint64_t elapsed_ns() const noexcept;

    /// The figures of a slice, but for its iterations and operations. Ends the measurement.
    [[nodiscard]] slice_figures finish() const;

private:
    struct reading {
        std::uint64_t user_us, system_us, voluntary, involuntary;
    };
    static reading usage() noexcept;

    const perf_counters& counters_;
    std::optional<clockid_t> peer_;
    std::optional<std::uint64_t> peer_cpu_ns_;
    perf_counters::reading counted_;
    reading used_;
    std::uint64_t cpu_ns_;
    std::uint64_t started_ns_;
};

} // namespace bench
