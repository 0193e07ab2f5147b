#include "workloads/stream_shape.hpp"

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
    const std::string_view all_alike = "frames"; // where no stream carries more than another
    return {.streams = one_stream ? 1 : value("streams", 1),
            .steps = value("steps_in_turn", 1),
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
            .mode = value("write", 0) != 0 ? write_mode::vectored : write_mode::per_frame,
            .workers = value("workers", 1)};
}

} // namespace bench
