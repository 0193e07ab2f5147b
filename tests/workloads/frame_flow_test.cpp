// W30–W34: what a stream's flow lets out and counts, and that it notices whatever goes wrong with the bytes.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

namespace bench {
namespace {

const workload& named(std::string_view name) {
    const workload* const found = find_workload(name);
    if (found == nullptr) throw std::logic_error("no such workload");
    return *found;
}

parameters small(const workload& asked, std::vector<assignment> given) {
    auto made = parameters::make(asked.parameters, given);
    if (!made) throw std::logic_error(made.error());
    return *std::move(made);
}

using wire = std::vector<std::byte>;

/// Moves all steps of a slice of a single stream over `carry`, which may do to each written window what it
/// likes, and reads back `chunk` bytes at a time.
slice_outcome move_all(
    const stream_shape& shape, const slice_order& order, std::size_t chunk,
    const std::function<void(wire&)>& carry = [](wire&) {}) {
    frame_flow flow(shape, 0);
    flow.reset(order.seed);
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        flow.begin_step(shape.hot_frames);
        while (!flow.step_done()) {
            wire window;
            for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write())
                for (const iovec& part : parts) {
                    const auto* const from = static_cast<const std::byte*>(part.iov_base);
                    window.insert(window.end(), from, from + part.iov_len);
                }
            EXPECT_LE(window.size(), shape.window * shape.frame_bytes);
            EXPECT_FALSE(window.empty());
            carry(window);
            for (std::size_t at = 0; at < window.size();) {
                const std::size_t now = std::min(chunk, window.size() - at);
                std::memcpy(flow.room().data(), window.data() + at, now);
                flow.take(now);
                at += now;
            }
        }
    }
    return {.operations = flow.frames(), .checksum = flow.checksum(), .bytes = flow.bytes(), .thread_ids = {}};
}

class flows : public testing::TestWithParam<const char*> {
protected:
    const workload& asked_ = named("net/stream_window");
    parameters values_ =
        small(asked_, {{"frames", "23"}, {"frame_words", "5"}, {"window", "4"}, {"write", GetParam()}});
    stream_shape shape_ = std::get<stream_shape>(asked_.read(values_));
    slice_order order_{.iterations = 3, .seed = 0xabcdef};
};

TEST_P(flows, W31_frames_count_however_the_bytes_are_cut) {
    for (const std::size_t chunk : {1u, 3u, 7u, 8u, 39u, 40u, 41u, 1000u}) {
        const auto wrong = verify(asked_, values_, order_, move_all(shape_, order_, chunk));
        EXPECT_FALSE(wrong.has_value()) << chunk << ": " << *wrong;
    }
}

TEST_P(flows, W4_a_flipped_bit_a_swap_and_another_seed_are_noticed) {
    const auto is_wrong = [&](const std::function<void(wire&)>& carry) {
        return verify(asked_, values_, order_, move_all(shape_, order_, 1000, carry)).has_value();
    };
    EXPECT_FALSE(is_wrong([](wire&) {}));
    EXPECT_TRUE(is_wrong([](wire& window) { window.back() ^= std::byte{1}; }));
    EXPECT_TRUE(is_wrong([](wire& window) { window.front() ^= std::byte{128}; }));
    EXPECT_TRUE(is_wrong([&](wire& window) { // two frames
        if (window.size() >= 2 * shape_.frame_bytes)
            std::swap_ranges(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(shape_.frame_bytes),
                             window.begin() + static_cast<std::ptrdiff_t>(shape_.frame_bytes));
    }));
    slice_order other = order_;
    other.seed += 1;
    EXPECT_TRUE(verify(asked_, values_, other, move_all(shape_, order_, 1000)).has_value());
}

TEST_P(flows, W31_a_call_takes_one_frame_or_the_window) {
    frame_flow flow(shape_, 0);
    flow.reset(1);
    flow.begin_step(23);
    EXPECT_EQ(flow.next_write().size(), shape_.mode == write_mode::vectored ? 4u : 1u);
}

INSTANTIATE_TEST_SUITE_P(by, flows, testing::Values("per_frame", "vectored"),
                         [](const auto& info) { return std::string(info.param); });

TEST(W30, a_peer_that_has_gone_is_an_error) {
    const workload& asked = named("net/echo_rtt");
    frame_flow flow(std::get<stream_shape>(asked.read(small(asked, {}))), 0);
    flow.reset(1);
    EXPECT_THROW(flow.take(0), std::runtime_error);
}

TEST(W33, the_hot_stream_moves_on_with_each_step) {
    const workload& asked = named("net/hotspot_rotation");
    const auto shape = std::get<stream_shape>(asked.read(small(asked, {})));
    EXPECT_EQ(shape.frames_per_iteration(), 64u * (32 + 7 * 2));
    for (std::uint64_t step = 0; step < 64; ++step)
        for (std::uint64_t stream = 0; stream < 8; ++stream)
            EXPECT_EQ(shape.frames_of(stream, step), stream == step % 8 ? 32u : 2u);
}

/// Writes whatever may go out into the flow's own room, as an echo that is there at once.
std::size_t carry(frame_flow& flow) {
    std::size_t bytes = 0;
    for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write())
        for (const iovec& part : parts) {
            std::memcpy(flow.room().data() + bytes, part.iov_base, part.iov_len);
            bytes += part.iov_len;
        }
    return bytes;
}

struct pipeline {
    const workload& asked = named("net/pipeline_hotspot");
    parameters values = small(asked, {{"streams", "3"},
                                      {"frames", "13"},
                                      {"rotation", "4"},
                                      {"window", "2"},
                                      {"steps", "2"},
                                      {"hot_steps", "9"}});
    stream_shape shape = std::get<stream_shape>(asked.read(values));
    slice_order order{.iterations = 2, .seed = 0xabcdef};

    slice_outcome move_all() const {
        slice_outcome all;
        for (std::uint64_t stream = 0; stream < shape.streams; ++stream) {
            frame_flow flow(shape, stream);
            flow.reset(order.seed);
            for (std::uint64_t i = 0; i < order.iterations; ++i) {
                flow.begin_step(shape.frames_of(stream, 0));
                while (!flow.step_done())
                    if (!flow.compute_next()) flow.take(carry(flow));
            }
            all.operations += flow.frames();
            all.checksum += flow.checksum();
            all.bytes += flow.bytes();
        }
        return all;
    }
};

TEST(W34, another_stream_is_hot_after_64_frames) {
    const workload& asked = named("net/pipeline_hotspot");
    const auto shape = std::get<stream_shape>(asked.read(small(asked, {})));
    EXPECT_EQ(shape.frames_per_iteration(), 8u * 1024);
    for (std::uint64_t frame = 0; frame < 1024; ++frame)
        for (std::uint64_t stream = 0; stream < 8; ++stream)
            EXPECT_EQ(shape.work_steps_of(stream, frame), frame / 64 % 8 == stream ? 4000u : 150u);
}

TEST(W34, the_next_frame_goes_out_when_one_was_computed_on) {
    const pipeline one;
    frame_flow flow(one.shape, 0);
    flow.reset(1);
    flow.begin_step(3);
    flow.take(carry(flow));
    EXPECT_EQ(flow.may_write(), 0u);
    EXPECT_TRUE(flow.compute_next());
    EXPECT_EQ(flow.may_write(), 1u);
    EXPECT_TRUE(flow.compute_next());
    EXPECT_FALSE(flow.compute_next());
    EXPECT_FALSE(flow.step_done());
    flow.take(carry(flow));
    EXPECT_FALSE(flow.step_done());
    EXPECT_TRUE(flow.compute_next());
    EXPECT_TRUE(flow.step_done());
}

TEST(W34, less_work_and_work_at_the_wrong_time_are_noticed) {
    pipeline one;
    EXPECT_FALSE(verify(one.asked, one.values, one.order, one.move_all()).has_value());
    for (const auto part : {&stream_shape::hot_steps, &stream_shape::cold_steps, &stream_shape::rotation}) {
        pipeline other;
        other.shape.*part -= 1;
        EXPECT_TRUE(verify(one.asked, one.values, one.order, other.move_all()).has_value());
    }
}

TEST(W32, one_stream_carries_most) {
    const workload& asked = named("net/imbalanced");
    const auto shape = std::get<stream_shape>(asked.read(small(asked, {})));
    EXPECT_EQ(shape.frames_of(0, 0), 2048u);
    EXPECT_EQ(shape.frames_of(7, 0), 128u);
    EXPECT_EQ(shape.frame_bytes, 4096u);
    EXPECT_EQ(shape.window, 32u);
}

} // namespace
} // namespace bench
