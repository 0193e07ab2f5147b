// W38: requests are due by the schedule and by nothing else, and latency counts from then.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/open_loop.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace bench {
namespace {

const workload& open_loop() { return *find_workload("net/open_loop"); }

parameters given(std::vector<assignment> values) {
    return parameters::make(open_loop().parameters, values).value();
}

const std::vector<assignment> fast{
    {"rate", "20000"}, {"requests", "23"}, {"connections", "5"}, {"frame_words", "4"}};

/// Writes the next request of a line and gives back what it wrote, as the echo peer would.
void echo_one(open_loop_line& line) {
    const auto frame = line.next_write().front();
    std::memcpy(line.room().data(), frame.iov_base, frame.iov_len);
    line.take(frame.iov_len);
}

TEST(open_loop, W38_requests_are_due_in_turn_at_the_rate_from_a_little_later_on) {
    const auto shape = open_loop_shape::read(given(fast));
    open_loop_lines lines(shape);
    const std::uint64_t before = now_ns();
    lines.begin({.iterations = 2, .seed = 3});
    const std::uint64_t first = lines[0].next_due_ns();
    EXPECT_GT(first, before);
    for (std::uint64_t n = 0; n < 46; ++n) {
        auto& line = lines[n % 5];
        EXPECT_EQ(line.next_due_ns(), first + n * 50'000) << n;
        EXPECT_FALSE(line.all_written());
        echo_one(line);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_TRUE(lines[i].all_written() && lines[i].all_back());
}

TEST(open_loop, W38_the_right_answer_is_verified_and_a_wrong_one_noticed) {
    const auto values = given(fast);
    for (const bool flip : {false, true}) {
        open_loop_lines lines(open_loop_shape::read(values));
        const slice_order order{.iterations = 3, .seed = 0xfeedfacecafebeef};
        lines.begin(order);
        for (std::size_t i = 0; i < lines.size(); ++i)
            while (!lines[i].all_back()) {
                const auto frame = lines[i].next_write().front();
                std::memcpy(lines[i].room().data(), frame.iov_base, frame.iov_len);
                if (flip && i == 3) lines[i].room()[7] ^= std::byte{4};
                lines[i].take(frame.iov_len);
            }
        recorder unused(1);
        EXPECT_EQ(verify(open_loop(), values, order, lines.end(unused)).has_value(), flip);
        EXPECT_EQ(unused.merged().total(), 0u);
    }
}

TEST(open_loop, W38_a_stall_counts_for_every_request_that_was_due_in_it) {
    const auto shape = open_loop_shape::read(given(fast));
    open_loop_lines lines(shape);
    lines.begin({.iterations = 1, .seed = 3, .record_latency = true});
    // Nobody writes until the last request is due: that is the stall. Its length is the schedule's own.
    const std::uint64_t last_due = lines[0].next_due_ns() + 22 * 50'000;
    while (now_ns() < last_due) {
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
        while (!lines[i].all_back()) echo_one(lines[i]);
    recorder latencies(1);
    (void)lines.end(latencies);
    const auto all = latencies.merged();
    ASSERT_EQ(all.total(), 23u);
    // The first waited for 22 intervals, the one in the middle for 11: had they been counted from when they
    // were written, all would be within microseconds.
    EXPECT_GE(all.max_ns(), 22u * 50'000 * 99 / 100);
    EXPECT_GE(all.quantile(0.5), 11u * 50'000 * 99 / 100);
}

TEST(open_loop, W38_a_request_waits_for_no_earlier_one) {
    const auto shape = open_loop_shape::read(given({{"requests", "5000"}, {"connections", "1"}}));
    open_loop_lines lines(shape);
    lines.begin({.iterations = 1, .seed = 3});
    for (int i = 0; i < 5000; ++i) ASSERT_EQ(lines[0].next_write().size(), 1u);
    EXPECT_TRUE(lines[0].all_written());
    EXPECT_FALSE(lines[0].all_back());
}

TEST(open_loop, W38_is_judged_by_cpu_time_since_the_rate_gives_the_wall_time) {
    EXPECT_EQ(open_loop().judge, judged_by::cpu_time);
    EXPECT_TRUE(open_loop().measures_latency);
}

} // namespace
} // namespace bench
