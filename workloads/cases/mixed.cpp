#include "workloads/cases/mixed.hpp"

#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <algorithm>
#include <bit>

namespace bench {
namespace {

std::uint64_t sum_of_reads(const file_shape& shape, const slice_order& order) {
    const std::uint64_t words = shape.bytes / sizeof(std::uint64_t);
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < order.iterations * shape.count; ++k) {
        const std::uint64_t first = shape.read_offset(order.seed + k) / sizeof(std::uint64_t);
        sum += file_word(first) + std::rotl(file_word(first + words / 2), 7) +
               std::rotl(file_word(first + words - 1), 13);
    }
    return sum;
}

expectation expect_all(const parameters& values, const slice_order& order) {
    const auto shape = mixed_shape::read(values);
    const std::uint64_t frames = order.iterations * shape.streams.streams * shape.streams.hot_frames;
    expectation right = expect_dealt_frames(shape.streams, frames, order.seed);
    right.bytes += order.iterations * shape.files.count * shape.files.bytes;
    right.checksum += sum_of_reads(shape.files, order);
    for (std::uint64_t k = 0; k < order.iterations * shape.branches; ++k)
        right.checksum += shape.run_branch(order.seed + k);
    return right;
}

} // namespace

mixed_shape mixed_shape::read(const parameters& values) {
    const auto value = [&](std::string_view name) { return static_cast<std::uint64_t>(values[name]); };
    mixed_shape shape{.streams = stream_shape::read(values),
                      .files = file_shape::read(values),
                      .branches = value("branches"),
                      .least_steps = value("least_steps"),
                      .most_steps = value("most_steps")};
    // All streams are alike, and each has one frame under way.
    shape.streams.hot_frames = shape.streams.cold_frames = value("frames");
    shape.streams.window = 1;
    shape.most_steps = std::max(shape.least_steps, shape.most_steps);
    return shape;
}

std::vector<workload> mixed_workloads() {
    return {
        {.name = "mixed/io_cpu",
         .summary = "echoes on several connections beside file reads and computing; the echoes' latency counts",
         .operation = "echo",
         .measures_latency = true,
         .needs_peer = true,
         .parameters = {{"streams", 4, 1, 256, "", "connections, one frame of each under way"},
                        {"frames", 64, 1, 1'000'000, "frames", "that each of them carries in one iteration"},
                        {"frame_words", 32, 1, 512, "8 bytes", "size of a frame"},
                        {"reads", 256, 1, 1'000'000, "", "reads in one iteration"},
                        {"depth", 4, 1, 4096, "", "reads under way at a time, over all workers"},
                        {"bytes", 4096, 512, 1 << 20, "bytes", "size of a read"},
                        {"file_mib", 16, 1, 65'536, "MiB", "size of the file, which is in the page cache"},
                        {"branches", 64, 1, 1'000'000, "", "tasks that compute in one iteration"},
                        {"least_steps", 2'000, 0, 1'000'000'000, "steps", "work of a branch, at least"},
                        {"most_steps", 20'000, 0, 1'000'000'000, "steps", "work of a branch, at most"},
                        {"workers", 2, 1, 1024, "", "threads of the runtime"}},
         .read = read_by<mixed_shape::read>,
         .expect = expect_all}};
}

} // namespace bench
