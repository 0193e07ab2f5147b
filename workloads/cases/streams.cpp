#include "workloads/cases/streams.hpp"

#include "workloads/cases/scenario.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/traffic/bursts.hpp"
#include "workloads/traffic/frame_flow.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <cstdint>
#include <memory>

namespace bench {
namespace {

std::uint64_t sum_of_words(const stream_shape& shape, std::uint64_t seed, std::uint64_t stream,
                           std::uint64_t frame) {
    const std::uint64_t words = shape.frame_bytes / word_bytes;
    return words * mix(first_number(seed, stream) + frame) + words * (words - 1) / 2;
}

/// The tables when all messages are applied.
std::uint64_t messages_sum(const stream_shape& shape, const slice_order& order) {
    if (shape.owners == 0) return 0;
    counter_tables tables(shape.owners, shape.keys);
    std::vector<std::uint64_t> frames(shape.streams);
    for (std::uint64_t i = 0; i < order.iterations; ++i)
        for (std::uint64_t step = 0; step < shape.steps; ++step)
            for (std::uint64_t stream = 0; stream < shape.streams; ++stream)
                for (std::uint64_t k = 0; k < shape.frames_of(stream, step); ++k) {
                    const std::uint64_t sum = sum_of_words(shape, order.seed, stream, frames[stream]++);
                    for (std::uint64_t j = 0; j < shape.messages; ++j) {
                        const std::uint64_t message = message_of(sum, j);
                        tables[shape.owner_of(step)].apply({&message, 1});
                    }
                }
    return tables.checksum();
}

expectation every_frame(const stream_shape& shape, const slice_order& order) {
    std::uint64_t sum = messages_sum(shape, order);
    for (std::uint64_t stream = 0; stream < shape.streams; ++stream) {
        std::uint64_t frames = 0;
        for (std::uint64_t step = 0; step < shape.steps; ++step) frames += shape.frames_of(stream, step);
        for (std::uint64_t frame = 0; frame < frames * order.iterations; ++frame) {
            const std::uint64_t of_words = sum_of_words(shape, order.seed, stream, frame);
            sum += work(of_words + frame, shape.work_steps_of(stream, frame));
        }
    }
    const std::uint64_t frames = order.iterations * shape.frames_per_iteration();
    return {.operations = frames, .checksum = sum, .bytes = frames * shape.frame_bytes, .distinct_threads = 0};
}

// Each of the workloads reads its shape by one of these, and expects what follows from it.

/// One stream, which carries all frames.
stream_shape read_single(const parameters& values) {
    auto shape = stream_shape::read(values);
    shape.hot_frames = static_cast<std::uint64_t>(values["frames"]);
    return shape;
}

/// No stream carries more frames than another.
stream_shape read_pipeline(const parameters& values) {
    auto shape = stream_shape::read(values);
    shape.hot_frames = shape.cold_frames = static_cast<std::uint64_t>(values["frames"]);
    return shape;
}

/// Rounds instead of steps, with the frames of each drawn beforehand.
stream_shape read_bursty(const parameters& values) {
    const auto value = [&](std::string_view name) { return static_cast<std::uint64_t>(values[name]); };
    auto shape = stream_shape::read(values);
    shape.steps = value("rounds");
    shape.arrivals =
        std::make_shared<const std::vector<std::uint64_t>>(plan_bursts({.tenants = value("streams"),
                                                                        .rounds = value("rounds"),
                                                                        .frames = value("frames"),
                                                                        .burst = value("burst"),
                                                                        .gap = value("gap"),
                                                                        .skew_tenths = value("skew"),
                                                                        .pattern = value("pattern")}));
    return shape;
}

template <stream_shape (*Read)(const parameters&)>
expectation expect_frames(const parameters& values, const slice_order& order) {
    return every_frame(Read(values), order);
}

// The rows of the table. A namespace of their own: these are plain words.
namespace stream_rows {

parameter_spec frames(std::string_view name, std::int64_t count, std::string_view help) {
    return {name, count, 1, 1'000'000, "frames", help};
}

const parameter_spec workers{"workers", 2, 1, 1024, "", "threads of the runtime"};
const parameter_spec one_worker{"workers", 1, 1, 1024, "", "threads of the runtime"};
const parameter_spec frame{"frame_words", 512, 1, 512, "8 bytes", "size of a frame"};
const parameter_spec small_frame{"frame_words", 32, 1, 512, "8 bytes", "size of a frame"};
// What is under way at once must fit into socket buffers of any machine: a side that writes it does not read
// meanwhile.
const parameter_spec window{"window", 32, 1, 32, "frames", "of a stream, under way at most"};
const parameter_spec write{"write",
                           0,
                           0,
                           1,
                           "",
                           "one call for each frame, or for all that the window lets out",
                           {{"per_frame", 0}, {"vectored", 1}}};
const parameter_spec streams{"streams", 8, 1, 256, "", "connections"};
const parameter_spec peer{"peer",
                          0,
                          0,
                          1,
                          "",
                          "who echoes: a process of its own, the same for every backend, or the backend on "
                          "its own workers, so that its CPU time holds both sides",
                          {{"process", 0}, {"self", 1}}};
// See docs/performance.md, net/pipeline_hotspot: what it costs that the peer runs on the same CPUs.
const parameter_spec peer_class{"peer_class",
                                0,
                                0,
                                1,
                                "",
                                "how the kernel schedules the echo peer: as any process, or so that being "
                                "woken it does not take the CPU from who has written to it (SCHED_BATCH)",
                                {{"normal", 0}, {"batch", 1}}};
// Of the workloads whose hot stream moves on with each step.
const parameter_spec steps{"steps_in_turn", 64, 1, 1'000'000, "", "steps in one iteration"};
const parameter_spec hot = frames("hot_frames", 32, "that the hot stream moves in a step");
const parameter_spec cold = frames("cold_frames", 2, "that each of the others moves");

workload echo_rtt() {
    return {.name = "net/echo_rtt",
            .summary = "one frame at a time on one connection to the echo peer and back",
            .operation = "echo",
            .measures_latency = true,
            .needs_peer = true,
            .parameters = {frames("frames", 512, "echoes in one iteration"), small_frame, one_worker, peer,
                           peer_class},
            .read = read_by<read_single>,
            .expect = expect_frames<read_single>};
}

workload stream_window() {
    return {.name = "net/stream_window",
            .summary = "frames on one connection to the echo peer and back, a window of them under way",
            .operation = "frame",
            .needs_peer = true,
            .parameters = {frames("frames", 2048, "in one iteration"), frame, window, write, one_worker, peer,
                           peer_class},
            .read = read_by<read_single>,
            .expect = expect_frames<read_single>};
}

workload imbalanced() {
    return {.name = "net/imbalanced",
            .summary = "several connections to the echo peer at once, of which one carries most of the frames",
            .operation = "frame",
            .needs_peer = true,
            .parameters = {streams, frames("hot_frames", 2048, "that stream 0 carries in one iteration"),
                           frames("cold_frames", 128, "that each of the others carries"), frame, window, write,
                           workers, peer, peer_class},
            .read = read_by<stream_shape::read>,
            .expect = expect_frames<stream_shape::read>};
}

workload hotspot_rotation() {
    return {.name = "net/hotspot_rotation",
            .summary = "steps, in each of which another one of the connections carries most of the frames",
            .operation = "frame",
            .needs_peer = true,
            .parameters = {streams, steps, hot, cold, frame, window, write, workers, peer, peer_class},
            .read = read_by<stream_shape::read>,
            .expect = expect_frames<stream_shape::read>};
}

workload pipeline_hotspot() {
    return {
        .name = "net/pipeline_hotspot",
        .summary =
            "connections whose frames are computed on when they are back, before the next go out; one is "
            "hot and its work much longer, by turns",
        .operation = "frame",
        .needs_peer = true,
        .parameters = {streams,
                       frames("frames", 1024, "that each stream carries in one iteration"),
                       {"steps", 150, 0, 1'000'000'000, "steps", "work on a frame"},
                       {"hot_steps", 4000, 0, 1'000'000'000, "steps", "work on a frame of the hot stream"},
                       {"rotation", 64, 1, 1'000'000, "frames", "of a stream, for which the same one is hot"},
                       // The shape of the benchmark that this one takes after. With frame_words=32 and window=4
                       // the work counts more and the copying less, and little waits behind a hot frame.
                       frame,
                       window,
                       write,
                       workers,
                       peer_class},
        .read = read_by<read_pipeline>,
        .expect = expect_frames<read_pipeline>};
}

workload keyed_hotspot() {
    return {.name = "net/keyed_hotspot",
            .summary =
                "as net/hotspot_rotation, and each frame that is back sends messages to the owner of a table "
                "of counters; the owner changes with each step",
            .operation = "frame",
            .needs_peer = true,
            .parameters = {streams,
                           steps,
                           hot,
                           cold,
                           frame,
                           {"frame_messages", 16, 1, message_batch::most, "messages", "that each frame sends"},
                           {"batch", 16, 1, message_batch::most, "messages", "handed over at once, at most"},
                           {"owners", 2, 1, 1024, "", "of a table each, by turns"},
                           {"keys", 64, 1, 1'000'000, "", "counters of a table"},
                           window,
                           write,
                           workers,
                           peer_class},
            .read = read_by<stream_shape::read>,
            .expect = expect_frames<stream_shape::read>};
}

workload bursty_tenants() {
    return {
        .name = "net/bursty_tenants",
        .summary =
            "many connections whose frames come in bursts, most of them on few connections; all begin each "
            "round together",
        .operation = "frame",
        .needs_peer = true,
        .parameters = {{"streams", 32, 1, 256, "", "connections, each a tenant's"},
                       frames("frames", 2048, "of all tenants in one iteration"),
                       {"rounds", 64, 1, 1'000'000, "", "in one iteration"},
                       {"burst", 4, 1, 1'000'000, "rounds",
                        "that a tenant sends in, at most, before it pauses"},
                       {"gap", 12, 1, 1'000'000, "rounds", "that it pauses, at most"},
                       {"skew", 11, 0, 30, "tenths", "exponent of Zipf's law, by which tenants have frames"},
                       {"pattern", 1, 0, 1'000'000'000, "", "another number, other bursts"},
                       frame,
                       window,
                       write,
                       workers,
                       peer_class},
        .read = read_by<read_bursty>,
        .expect = expect_frames<read_bursty>};
}

} // namespace stream_rows
} // namespace

std::vector<workload> stream_workloads() {
    using namespace stream_rows;
    return {echo_rtt(),         stream_window(), imbalanced(),    hotspot_rotation(),
            pipeline_hotspot(), keyed_hotspot(), bursty_tenants()};
}

} // namespace bench
