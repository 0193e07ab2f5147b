#include "workloads/cases/connections.hpp"

#include "workloads/cases/scenario.hpp"
#include "workloads/measure/recorder.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

/// What a process has open beside connections: rings, epoll, pipes, libraries.
constexpr std::uint64_t other_files = 256;

expectation every_echo(const parameters& values, const slice_order& order) {
    const auto shape = connections_shape::read(values);
    return expect_dealt_frames(shape.streams(), order.iterations * shape.active, order.seed);
}

std::optional<std::string> lacks_files(const parameters& values) {
    return make_room_for_connections(static_cast<std::uint64_t>(values["connections"]));
}

} // namespace

connections_shape connections_shape::read(const parameters& values) {
    const auto connections = static_cast<std::uint64_t>(values["connections"]);
    const auto percent = static_cast<std::uint64_t>(values["active_percent"]);
    return {.connections = connections,
            .active = std::max<std::uint64_t>(1, connections * percent / 100),
            .frame_bytes = static_cast<std::uint64_t>(values["frame_words"]) * word_bytes,
            .workers = static_cast<std::size_t>(values["workers"])};
}

stream_shape connections_shape::streams() const noexcept {
    return {.streams = connections, .frame_bytes = frame_bytes, .workers = workers, .room_bytes = frame_bytes};
}

connections_share::connections_share(const connections_shape& shape, flow_set& flows, std::size_t worker)
    : shape_(shape), flows_(flows), worker_(worker),
      written_ns_((shape.connections + shape.workers - 1) / shape.workers) {
    active_.reserve(shape.active);
}

void connections_share::begin(std::uint64_t iterations, histogram* into) noexcept {
    into_ = into;
    iteration_ = 0;
    iterations_ = iterations;
    waited_for_ = 0;
}

std::span<const std::size_t> connections_share::next_iteration() {
    active_.clear();
    for (; active_.empty() && iteration_ < iterations_; ++iteration_)
        for (std::uint64_t place = 0; place < shape_.active; ++place) {
            const std::uint64_t one = shape_.active_one(iteration_, place);
            if (one % shape_.workers != worker_) continue;
            flows_[one].begin_step(1);
            active_.push_back(one);
        }
    waited_for_ = active_.size();
    return active_;
}

void connections_share::note_written(std::size_t connection) {
    if (into_ != nullptr) written_ns_[connection / shape_.workers] = now_ns();
}

bool connections_share::take(std::size_t connection, std::size_t bytes) {
    auto& flow = flows_[connection];
    if (bytes != 0 && flow.step_done())
        throw std::runtime_error("the echo peer said something that nobody had asked for");
    flow.take(bytes);
    if (!flow.step_done()) return false;
    if (into_ != nullptr) into_->record(now_ns() - written_ns_[connection / shape_.workers]);
    return --waited_for_ == 0;
}

std::optional<std::string> make_room_for_connections(std::uint64_t connections) {
    const rlim_t wanted = connections + other_files;
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return std::nullopt;
    if (files.rlim_max >= wanted) {
        files.rlim_cur = files.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &files) == 0) return std::nullopt;
    }
    return std::to_string(connections) + " connections need " + std::to_string(wanted) +
           " open files in a process, and the hard limit is " + std::to_string(files.rlim_max) +
           ": raise it (`ulimit -Hn " + std::to_string(wanted) +
           "` as root, or LimitNOFILE= of the service), or ask for fewer (-p connections=N)";
}

std::vector<workload> connections_workloads() {
    return {{.name = "net/connections",
             .summary = "many connections to the echo peer, of which 1 % are active, others in each iteration",
             .operation = "echo",
             .measures_latency = true,
             .needs_peer = true,
             .parameters = {{"connections", 1000, 1, 10'000, "", "that are open"},
                            {"active_percent", 1, 1, 100, "%", "of them, in one iteration; one at least"},
                            {"frame_words", 32, 1, 512, "8 bytes", "size of a frame"},
                            {"workers", 2, 1, 1024, "", "threads of the runtime"}},
             .read = read_by<connections_shape::read>,
             .expect = every_echo,
             .lacks = lacks_files}};
}

} // namespace bench
