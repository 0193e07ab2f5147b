// W40: a slice counts only when the echoes, the reads and the branches were all done, and all rightly.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/mixed_ground.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace bench {
namespace {

const workload& mixed() { return *find_workload("mixed/io_cpu"); }

parameters small() {
    const std::vector<assignment> given{{"streams", "3"},  {"frames", "5"},       {"frame_words", "9"},
                                        {"reads", "11"},   {"depth", "2"},        {"bytes", "1024"},
                                        {"file_mib", "1"}, {"branches", "7"},     {"least_steps", "10"},
                                        {"workers", "2"},  {"most_steps", "1000"}};
    auto made = parameters::make(mixed().parameters, given);
    if (!made) throw std::logic_error(made.error());
    return *std::move(made);
}

/// What one of the parts leaves out or does wrongly.
enum class lapse { none, echo, read, other_block, branch, short_branch };

/// The slice by hand: the echoes come back through memory.
slice_outcome slice(const slice_order& order, lapse fault, recorder& into) {
    const auto shape = std::get<mixed_shape>(mixed().read(small()));
    auto opened = mixed_ground::open(shape);
    if (!opened) throw std::runtime_error(opened.error().reason);
    mixed_ground& ground = **opened;
    ground.begin(order);
    std::uint64_t reads = 0;
    std::uint64_t branches = 0;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        for (std::size_t stream = 0; stream < shape.streams.streams; ++stream) {
            frame_flow& flow = ground.flow(stream);
            const bool less = fault == lapse::echo && stream == 1;
            flow.begin_step(shape.streams.hot_frames - (less ? 1 : 0));
            while (!flow.step_done()) {
                const auto parts = flow.next_write();
                EXPECT_EQ(parts.size(), 1u) << "one frame under way";
                std::memcpy(flow.room().data(), parts.front().iov_base, parts.front().iov_len);
                flow.take(parts.front().iov_len);
                if (ground.latencies(stream)) ground.latencies(stream)->record(100 + stream);
            }
        }
        for (std::uint64_t k = fault == lapse::read ? 1 : 0; k < shape.files.count; ++k) {
            const std::uint64_t number = order.seed + i * shape.files.count + k;
            const auto offset =
                shape.files.read_offset(number) + (fault == lapse::other_block && k == 4 ? 8 : 0);
            const auto buffer = ground.buffer(k % shape.files.depth);
            EXPECT_EQ(
                ::pread(ground.data().descriptor(), buffer.data(), buffer.size(), static_cast<off_t>(offset)),
                1024);
            reads += block_sum(buffer);
        }
        for (std::uint64_t k = fault == lapse::branch ? 1 : 0; k < shape.branches; ++k) {
            const std::uint64_t number = order.seed + i * shape.branches + k;
            const bool less = fault == lapse::short_branch && k == 3;
            branches += less ? work(number, shape.steps_of(number) - 1) : shape.run_branch(number);
        }
    }
    return ground.end(reads, branches, into);
}

TEST(W40, a_slice_that_did_all_three_is_right) {
    recorder latencies(3);
    for (const slice_order& order :
         {slice_order{.iterations = 1, .seed = 1}, slice_order{.iterations = 3, .seed = 0xfeedfacecafebeef}})
        EXPECT_EQ(verify(mixed(), small(), order, slice(order, lapse::none, latencies)), std::nullopt);
    EXPECT_EQ(latencies.merged().total(), 0u);
}

TEST(W40, whatever_of_the_three_is_left_out_or_wrong_is_noticed) {
    recorder latencies(3);
    const slice_order order{.iterations = 2, .seed = 5};
    for (const lapse fault : {lapse::echo, lapse::read, lapse::other_block, lapse::branch, lapse::short_branch})
        EXPECT_NE(verify(mixed(), small(), order, slice(order, fault, latencies)), std::nullopt)
            << static_cast<int>(fault);
}

TEST(W40, the_latency_of_each_echo_is_kept_and_of_nothing_else) {
    recorder latencies(3);
    const slice_order order{.iterations = 2, .seed = 5, .record_latency = true};
    const auto done = slice(order, lapse::none, latencies);
    EXPECT_EQ(latencies.merged().total(), done.operations);
    EXPECT_EQ(done.operations, 2u * 3 * 5);
    EXPECT_EQ(latencies.merged().max_ns(), 102u);
}

TEST(W40, branches_take_from_the_least_to_the_most_steps) {
    const auto shape = std::get<mixed_shape>(mixed().read(small()));
    std::uint64_t least = ~std::uint64_t{0};
    std::uint64_t most = 0;
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        least = std::min(least, shape.steps_of(number));
        most = std::max(most, shape.steps_of(number));
    }
    EXPECT_EQ(least, 10u);
    EXPECT_EQ(most, 1000u);
}

} // namespace
} // namespace bench
