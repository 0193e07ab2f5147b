#include "workloads/traffic/stream_shape.hpp"

#include <string_view>

namespace bench {

stream_shape stream_shape::read(const parameters& values) {
    const auto value = [&](std::string_view name, std::int64_t otherwise) {
        return static_cast<std::uint64_t>(values.value_or(name, otherwise));
    };
    return {.streams = value("streams", 1),
            .steps = value("steps_in_turn", 1),
            .hot_frames = value("hot_frames", 1),
            .cold_frames = value("cold_frames", 0),
            .frame_bytes = value("frame_words", 1) * sizeof(std::uint64_t),
            .window = value("window", 1),
            .hot_steps = value("hot_steps", 0),
            .cold_steps = value("steps", 0),
            .rotation = value("rotation", 0),
            .messages = value("frame_messages", 0),
            .batch = value("batch", 0),
            .owners = value("owners", 0),
            .keys = value("keys", 0),
            .mode = value("write", 0) != 0 ? write_mode::vectored : write_mode::per_frame,
            .workers = value("workers", 1),
            .serves_itself = bench::serves_itself(values)};
}

std::uint64_t stream_shape::busy_streams(std::uint64_t step) const noexcept {
    std::uint64_t busy = 0;
    for (std::uint64_t stream = 0; stream < streams; ++stream)
        if (frames_of(stream, step) != 0) ++busy;
    return busy;
}

std::uint64_t stream_shape::frames_of_step(std::uint64_t step) const noexcept {
    std::uint64_t frames = 0;
    for (std::uint64_t stream = 0; stream < streams; ++stream) frames += frames_of(stream, step);
    return frames;
}

std::uint64_t stream_shape::frames_per_iteration() const noexcept {
    std::uint64_t frames = 0;
    for (std::uint64_t step = 0; step < steps; ++step) frames += frames_of_step(step);
    return frames;
}

} // namespace bench
