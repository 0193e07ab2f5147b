#include "workloads/traffic/stream_shape.hpp"

#include "workloads/traffic/bursts.hpp"

#include <algorithm>
#include <string_view>

namespace bench {

stream_shape stream_shape::read(const workload& what, const parameters& how) {
    const auto value = [&](std::string_view name, std::uint64_t otherwise) {
        const bool declared =
            std::ranges::find(what.parameters, name, &parameter_spec::name) != what.parameters.end();
        return declared ? static_cast<std::uint64_t>(how[name]) : otherwise;
    };
    const bool one_stream = what.name == "net/echo_rtt" || what.name == "net/stream_window";
    const bool pipeline = what.name == "net/pipeline_hotspot";
    const bool bursty = what.name == "net/bursty_tenants";
    const std::string_view all_alike = "frames"; // where no stream carries more than another
    return {.streams = one_stream ? 1 : value("streams", 1),
            .steps = value(bursty ? "rounds" : "steps_in_turn", 1),
            .hot_frames = value(one_stream || pipeline ? all_alike : "hot_frames", 1),
            .cold_frames = value(pipeline ? all_alike : "cold_frames", 0),
            .frame_bytes = value("frame_words", 1) * sizeof(std::uint64_t),
            .window = value("window", 1),
            .hot_steps = value("hot_steps", 0),
            .cold_steps = value("steps", 0),
            .rotation = value("rotation", 0),
            .messages = value("frame_messages", 0),
            .batch = value("batch", 0),
            .owners = value("owners", 0),
            .keys = value("keys", 0),
            .arrivals = bursty ? std::make_shared<const std::vector<std::uint64_t>>(
                                     plan_bursts({.tenants = value("streams", 1),
                                                  .rounds = value("rounds", 1),
                                                  .frames = value("frames", 1),
                                                  .burst = value("burst", 1),
                                                  .gap = value("gap", 1),
                                                  .skew_tenths = value("skew", 0),
                                                  .pattern = value("pattern", 0)}))
                               : nullptr,
            .mode = value("write", 0) != 0 ? write_mode::vectored : write_mode::per_frame,
            .workers = value("workers", 1),
            .serves_itself = bench::serves_itself(how)};
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
