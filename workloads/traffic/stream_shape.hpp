// The shape of a slice of frames on connections (W30–W36), read from the parameters once, before the timing.
#pragma once

#include "workloads/contract/workload.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bench {

/// How much of what may be written goes out by one call.
enum class write_mode { per_frame, vectored };

/// What is not said is the plainest case: one frame of each stream there and back, nothing computed, no
/// messages.
struct stream_shape {
    std::uint64_t streams;
    std::uint64_t steps = 1;       ///< of an iteration, one after the other; all streams of a step move at once
    std::uint64_t hot_frames = 1;  ///< that the hot stream moves in a step
    std::uint64_t cold_frames = 1; ///< that each of the others does
    std::uint64_t frame_bytes;
    std::uint64_t window = 1; ///< frames of a stream under way at most
    /// Work on a frame that came back while its stream is hot, before the next goes out.
    std::uint64_t hot_steps = 0;
    std::uint64_t cold_steps = 0; ///< work on any other one
    std::uint64_t rotation = 0;   ///< frames of a stream for which one stream is hot; 0: nothing is computed
    std::uint64_t messages = 0;   ///< that each frame sends to the owner of the step when it is back
    std::uint64_t batch = 0;      ///< messages that are handed over at once, at most
    std::uint64_t owners = 0;     ///< 0 where there are no messages
    std::uint64_t keys = 0;       ///< of each owner
    /// Frames of each stream in each step, streams of a step together, where they differ otherwise
    /// (bursts.hpp).
    std::shared_ptr<const std::vector<std::uint64_t>> arrivals = nullptr;
    write_mode mode = write_mode::per_frame;
    std::size_t workers;
    bool serves_itself = false; ///< peer=self: the session echoes too, on its own workers
    /// Bytes that can be read at once; 0: as many as the window has, and 64 KiB at least.
    std::size_t room_bytes = 0;
    /// Frames that can be in the middle of being written; 0: the window.
    std::uint64_t slots = 0;

    /// What the parameters say of their own names; those that a workload does not declare stay the plainest
    /// case. What a name means in one workload alone (frames, rounds) is read there.
    static stream_shape read(const parameters& values);

    /// The hot stream moves on with each step.
    [[nodiscard]] std::uint64_t frames_of(std::uint64_t stream, std::uint64_t step) const noexcept {
        if (arrivals != nullptr) return (*arrivals)[step * streams + stream];
        return stream == step % streams ? hot_frames : cold_frames;
    }
    /// Work on a stream's frame, by its number in the slice.
    [[nodiscard]] std::uint64_t work_steps_of(std::uint64_t stream, std::uint64_t frame) const noexcept {
        if (!computes()) return 0;
        return frame / rotation % streams == stream ? hot_steps : cold_steps;
    }
    /// Where the echo of a stream is served: not beside its client where there are more workers than one.
    [[nodiscard]] std::uint64_t server_of(std::uint64_t stream) const noexcept {
        return (stream + 1) % workers;
    }
    [[nodiscard]] bool computes() const noexcept { return rotation != 0; }
    /// Whose table the messages of a step go to; owner i lives on worker i modulo their number.
    [[nodiscard]] std::uint64_t owner_of(std::uint64_t step) const noexcept { return step % owners; }
    /// Of all streams in one step; all of them are applied before it ends.
    [[nodiscard]] std::uint64_t messages_of(std::uint64_t step) const noexcept {
        return owners == 0 ? 0 : messages * frames_of_step(step);
    }
    /// Streams that move at all in a step.
    [[nodiscard]] std::uint64_t busy_streams(std::uint64_t step) const noexcept;
    /// Of all streams in one step.
    [[nodiscard]] std::uint64_t frames_of_step(std::uint64_t step) const noexcept;
    /// Of all streams in one iteration.
    [[nodiscard]] std::uint64_t frames_per_iteration() const noexcept;
};

} // namespace bench
