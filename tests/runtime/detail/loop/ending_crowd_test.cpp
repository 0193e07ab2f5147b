// Which requests are given up together (R28).
#include <spargio/detail/loop/ending_crowd.hpp>
#include <spargio/detail/loop/operation_slots.hpp>

#include "tests/runtime/detail/loop/dummy_operation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace spargio::detail {
namespace {

class crowd_of_three : public testing::Test {
protected:
    crowd_of_three() {
        for (dummy_operation& each : operations_) numbers_.push_back(slots_.open(each).value());
    }

    std::vector<std::uint64_t> take_all() {
        std::vector<std::uint64_t> taken;
        while (crowd_.has_newest()) taken.push_back(crowd_.take_newest());
        return taken;
    }

    std::array<dummy_operation, 3> operations_;
    operation_slots slots_;
    std::vector<std::uint64_t> numbers_;
    ending_crowd crowd_;
};

TEST_F(crowd_of_three, R28_the_first_that_a_turn_gives_up_wait_for_no_others) {
    for (int turn = 0; turn < 100; ++turn) {
        for (int i = 0; i < 16; ++i) EXPECT_FALSE(crowd_.takes_one_more());
        crowd_.end_turn(64, true);
    }
    for (int i = 0; i < 16; ++i) EXPECT_FALSE(crowd_.takes_one_more());
    EXPECT_TRUE(crowd_.takes_one_more());
}

TEST_F(crowd_of_three, R28_short_turns_in_a_row_count_as_one) {
    for (int turn = 0; turn < 16; ++turn) {
        EXPECT_FALSE(crowd_.takes_one_more());
        crowd_.end_turn(1, true);
        crowd_.end_turn(1, true);
    }
    EXPECT_TRUE(crowd_.takes_one_more());
}

TEST_F(crowd_of_three, R28_a_turn_after_which_nothing_is_to_run_is_one_by_itself) {
    for (int turn = 0; turn < 100; ++turn) {
        EXPECT_FALSE(crowd_.takes_one_more());
        crowd_.end_turn(1, false);
    }
}

TEST_F(crowd_of_three, R28_a_crowd_grows_as_long_as_each_turn_brings_some_and_is_given_newest_first) {
    const auto ends = [&](std::uint32_t tasks) {
        crowd_.end_turn(tasks, true);
        return crowd_.has_some_to_end(true, slots_);
    };
    ASSERT_TRUE(crowd_.add(numbers_[1]));
    EXPECT_FALSE(ends(64));
    ASSERT_TRUE(crowd_.add(numbers_[0]));
    EXPECT_FALSE(ends(1));
    ASSERT_TRUE(crowd_.add(numbers_[2]));
    EXPECT_FALSE(ends(63));
    EXPECT_FALSE(ends(63)); // not a whole turn yet
    EXPECT_TRUE(ends(1));
    EXPECT_EQ(take_all(), (std::vector<std::uint64_t>{numbers_[2], numbers_[1], numbers_[0]}));
    EXPECT_TRUE(crowd_.empty());
}

TEST_F(crowd_of_three, R28_a_crowd_does_not_wait_where_no_turn_with_tasks_follows) {
    ASSERT_TRUE(crowd_.add(numbers_[0]));
    EXPECT_TRUE(crowd_.has_some_to_end(false, slots_));
}

TEST_F(crowd_of_three, R28_who_joins_a_crowd_that_is_being_ended_comes_after_it) {
    ASSERT_TRUE(crowd_.add(numbers_[0]));
    ASSERT_TRUE(crowd_.has_some_to_end(false, slots_));
    ASSERT_TRUE(crowd_.add(numbers_[1]));
    EXPECT_EQ(take_all(), (std::vector<std::uint64_t>{numbers_[0]}));
    EXPECT_FALSE(crowd_.empty());
    EXPECT_TRUE(crowd_.has_some_to_end(false, slots_));
    EXPECT_EQ(take_all(), (std::vector<std::uint64_t>{numbers_[1]}));
}

TEST_F(crowd_of_three, R28_a_crowd_that_has_ended_by_itself_leaves_nothing_to_end) {
    ASSERT_TRUE(crowd_.add(numbers_[0]));
    slots_.close(numbers_[0]);
    EXPECT_FALSE(crowd_.has_some_to_end(slots_));
    EXPECT_TRUE(crowd_.empty());
}

} // namespace
} // namespace spargio::detail
