// The shape of a slice of frames on connections (W30–W33), read from the parameters once, before the timing.
#pragma once

#include "workloads/workload.hpp"

#include <cstddef>
#include <cstdint>

namespace bench {

/// How much of what may be written goes out by one call.
enum class write_mode { per_frame, vectored };

struct stream_shape {
    std::uint64_t streams;
    std::uint64_t steps;       ///< of an iteration, one after the other; all streams of a step move at once
    std::uint64_t hot_frames;  ///< that the hot stream moves in a step
    std::uint64_t cold_frames; ///< that each of the others does
    std::uint64_t frame_bytes;
    std::uint64_t window; ///< frames of a stream under way at most
    write_mode mode;
    std::size_t workers;

    /// Of the workload of that name.
    static stream_shape read(const workload& what, const parameters& how);

    /// The hot stream moves on with each step.
    [[nodiscard]] std::uint64_t frames_of(std::uint64_t stream, std::uint64_t step) const noexcept {
        return stream == step % streams ? hot_frames : cold_frames;
    }
    /// Of all streams in one iteration.
    [[nodiscard]] std::uint64_t frames_per_iteration() const noexcept {
        return steps * (hot_frames + (streams - 1) * cold_frames);
    }
};

} // namespace bench
