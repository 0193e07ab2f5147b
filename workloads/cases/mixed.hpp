// W40: connections, file reads and computing at once. What each of the three does is that of W30, W21 and W13;
// the figure is the latency of the echoes while the two others are at work.
#pragma once

#include "workloads/cases/files.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"
#include "workloads/traffic/stream_shape.hpp"

#include <cstdint>
#include <vector>

namespace bench {

/// The shape of a slice, read from the parameters once, before the timing.
struct mixed_shape {
    stream_shape streams; ///< one frame of each under way at a time
    file_shape files;     ///< reads only
    std::uint64_t branches;
    std::uint64_t least_steps; ///< of a branch
    std::uint64_t most_steps;

    static mixed_shape read(const parameters& values);

    [[nodiscard]] std::size_t workers() const noexcept { return files.workers; }
    /// Work of a branch: anything from the least to the most.
    [[nodiscard]] std::uint64_t steps_of(std::uint64_t number) const noexcept {
        return least_steps + mix(number ^ 0x9e3779b9u) % (most_steps - least_steps + 1);
    }
    /// Branch `number`, which the seed and the iteration are part of.
    [[nodiscard]] std::uint64_t run_branch(std::uint64_t number) const noexcept {
        return work(number, steps_of(number));
    }
};

[[nodiscard]] std::vector<workload> mixed_workloads();

} // namespace bench
