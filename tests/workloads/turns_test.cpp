// The bookkeeping of joins that backends without one share.
#include "workloads/ground/request_turns.hpp"
#include "workloads/ground/step_clock.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace bench;

TEST(W13, a_request_is_joined_by_its_last_branch_and_no_other) {
    request_turns turns(2, 3);
    turns.begin({.iterations = 1});
    turns.open();
    EXPECT_FALSE(turns.finish(2, 100));
    EXPECT_FALSE(turns.finish(0, 1));
    EXPECT_TRUE(turns.finish(1, 10));
    EXPECT_TRUE(turns.join()) << "one of two requests is left";
    EXPECT_EQ(turns.outcome().operations, 3u);
    EXPECT_EQ(turns.outcome().checksum, 111u);
}

TEST(W13, a_slice_ends_after_the_requests_of_all_its_iterations) {
    request_turns turns(2, 1);
    turns.begin({.iterations = 2});
    for (const std::uint64_t request : {0u, 1u, 0u, 1u}) {
        EXPECT_EQ(turns.request(), request);
        turns.open();
        ASSERT_TRUE(turns.finish(0, 5));
        const bool another = turns.join();
        EXPECT_EQ(another, turns.outcome().operations < 4);
    }
    EXPECT_EQ(turns.outcome().checksum, 20u);
    turns.begin({.iterations = 1});
    EXPECT_EQ(turns.outcome().operations, 0u) << "what a slice has done is its own";
}

/// Three steps of two streams; in the middle one neither moves.
stream_shape with_a_pause() {
    return {.streams = 2,
            .steps = 3,
            .frame_bytes = 8,
            .arrivals = std::make_shared<const std::vector<std::uint64_t>>(
                std::vector<std::uint64_t>{4, 0, 0, 0, 1, 1}),
            .workers = 1};
}

TEST(W36, a_step_in_which_no_stream_moves_is_passed_over) {
    step_clock clock(with_a_pause());
    clock.begin({.iterations = 2});
    for (const std::uint64_t step : {0u, 2u, 0u, 2u}) {
        ASSERT_TRUE(clock.advance());
        EXPECT_EQ(clock.step(), step);
        clock.open();
        if (step == 2) {
            EXPECT_FALSE(clock.end_some(1)) << "two streams move in it";
        }
        EXPECT_TRUE(clock.end_some(1));
    }
    EXPECT_FALSE(clock.advance());
}

TEST(W36, no_step_follows_one_that_failed_and_the_failure_is_thrown_once) {
    step_clock clock(with_a_pause());
    clock.begin({.iterations = 2});
    ASSERT_TRUE(clock.advance());
    clock.open();
    clock.fail(std::make_exception_ptr(std::runtime_error("the peer has gone")));
    EXPECT_TRUE(clock.end_some(1)) << "what is under way still ends";
    EXPECT_FALSE(clock.advance());
    EXPECT_THROW(clock.rethrow_failure(), std::runtime_error);
    EXPECT_NO_THROW(clock.rethrow_failure());
}

} // namespace
