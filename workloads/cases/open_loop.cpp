#include "workloads/cases/open_loop.hpp"

#include "workloads/cases/scenario.hpp"

#include <limits>

namespace bench {
namespace {

/// From the begin of a slice to its first request: as long as threads take to wake.
constexpr std::uint64_t lead_ns = 1'000'000;

/// A request never waits for an earlier one, so the window is endless; the side that writes has one frame in
/// hand.
stream_shape stream_of(const open_loop_shape& shape) {
    return {.streams = shape.connections,
            .frame_bytes = shape.frame_bytes,
            .window = std::numeric_limits<std::uint64_t>::max(),
            .workers = shape.workers,
            .room_bytes = std::size_t{16} * 1024,
            .slots = 1};
}

expectation every_request(const parameters& values, const slice_order& order) {
    const auto shape = open_loop_shape::read(values);
    return expect_dealt_frames(stream_of(shape), order.iterations * shape.requests, order.seed);
}

} // namespace

open_loop_shape open_loop_shape::read(const parameters& values) {
    return {.connections = static_cast<std::uint64_t>(values["connections"]),
            .requests = static_cast<std::uint64_t>(values["requests"]),
            .rate = static_cast<std::uint64_t>(values["rate"]),
            .frame_bytes = static_cast<std::uint64_t>(values["frame_words"]) * word_bytes,
            .workers = static_cast<std::size_t>(values["workers"])};
}

open_loop_line::open_loop_line(const open_loop_shape& shape, std::uint64_t connection)
    : shape_(shape), connection_(connection), flow_(stream_of(shape), connection) {}

void open_loop_line::begin(const slice_order& order, std::uint64_t start_ns) {
    start_ns_ = start_ns;
    requests_ = shape_.requests_of(connection_, order.iterations * shape_.requests);
    record_ = order.record_latency;
    latencies_ns_.clear();
    if (record_) latencies_ns_.reserve(requests_);
    flow_.reset(order.seed);
    flow_.begin_step(requests_);
}

void open_loop_line::take(std::size_t bytes) {
    const std::uint64_t before = flow_.frames();
    flow_.take(bytes);
    if (!record_ || flow_.frames() == before) return;
    const std::uint64_t now = now_ns();
    for (std::uint64_t request = before; request < flow_.frames(); ++request)
        latencies_ns_.push_back(now - due_ns(request));
}

open_loop_lines::open_loop_lines(const open_loop_shape& shape) {
    for (std::uint64_t i = 0; i < shape.connections; ++i)
        lines_.push_back(std::make_unique<open_loop_line>(shape, i));
}

void open_loop_lines::begin(const slice_order& order) {
    const std::uint64_t start_ns = now_ns() + lead_ns;
    for (auto& each : lines_) each->begin(order, start_ns);
}

slice_outcome open_loop_lines::end(recorder& into) {
    slice_outcome all;
    for (const auto& each : lines_) {
        all.operations += each->flow_.frames();
        all.checksum += each->flow_.checksum();
        all.bytes += each->flow_.bytes();
        for (const std::uint64_t ns : each->latencies_ns_) into.lane(0).record(ns);
    }
    return all;
}

std::vector<workload> open_loop_workloads() {
    return {{.name = "net/open_loop",
             .summary = "echo requests at a fixed rate; latency from when each was due; judged by CPU time",
             .operation = "echo",
             .judge = judged_by::cpu_time,
             .measures_latency = true,
             .needs_peer = true,
             .parameters = {{"rate", 10'000, 1, 10'000'000, "requests/s", "offered, over all connections"},
                            {"requests", 64, 1, 1'000'000, "", "in one iteration"},
                            {"connections", 8, 1, 256, "", "that the requests go out on in turn"},
                            {"frame_words", 32, 1, 512, "8 bytes", "size of a request"},
                            {"workers", 2, 1, 1024, "", "threads of the runtime"}},
             .read = read_by<open_loop_shape::read>,
             .expect = every_request}};
}

} // namespace bench
