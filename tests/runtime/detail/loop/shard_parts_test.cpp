// Parts of a shard that stand by themselves: its life, what arrives, its mail, what a task may take in a row.
#include <spargio/detail/loop/arrivals.hpp>
#include <spargio/detail/loop/shard_life.hpp>
#include <spargio/detail/loop/shard_mail.hpp>
#include <spargio/detail/sched/ready_allowance.hpp>

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace spargio::detail {
namespace {

constexpr std::array stages{shard_life::made,     shard_life::open, shard_life::running,
                            shard_life::stopping, shard_life::left, shard_life::closed};

TEST(R4, a_shard_lives_its_stages_in_order_and_each_once) {
    for (std::size_t now = 0; now < stages.size(); ++now)
        for (std::size_t next = 0; next < stages.size(); ++next)
            EXPECT_EQ(follows(stages[now], stages[next]), next == now + 1) << now << " to " << next;
}

TEST(R4, tasks_run_from_the_take_over_to_the_end_of_the_loop) {
    for (const shard_life each : stages)
        EXPECT_EQ(runs_tasks(each), each == shard_life::running || each == shard_life::stopping);
}

/// The marks of tasks, in the order in which they are taken.
std::vector<std::uint32_t> taken_from(arrivals& tested) {
    std::vector<std::uint32_t> marks;
    tested.take([&](task_header& task) { marks.push_back(task.block.bytes); });
    return marks;
}

TEST(R7, what_arrives_is_taken_in_order_and_counted_until_then) {
    arrivals tested;
    task_header first(1);
    task_header second(2);
    EXPECT_TRUE(tested.put(first));
    EXPECT_TRUE(tested.put(second));
    EXPECT_EQ(tested.waiting(), 2u);
    EXPECT_EQ(taken_from(tested), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(tested.waiting(), 0u);
    EXPECT_TRUE(tested.empty());
}

TEST(R10, reserved_room_is_free_again_when_the_task_has_been_taken) {
    arrivals tested;
    EXPECT_TRUE(tested.reserve(1, 2));
    EXPECT_FALSE(tested.reserve(1, 2)) << "one is queued and one on its way";
    EXPECT_EQ(tested.reserved(), 1u);
    task_header task(1);
    task.reserved = true;
    EXPECT_TRUE(tested.put(task));
    EXPECT_EQ(taken_from(tested).size(), 1u);
    EXPECT_EQ(tested.reserved(), 0u);
    EXPECT_FALSE(task.reserved);
    EXPECT_TRUE(tested.reserve(1, 2));
}

TEST(R4, after_the_close_every_task_is_refused_and_those_before_are_handed_out) {
    arrivals tested;
    task_header early(1);
    task_header late(2);
    EXPECT_TRUE(tested.put(early));
    std::vector<std::uint32_t> marks;
    tested.close([&](task_header& task) { marks.push_back(task.block.bytes); });
    EXPECT_EQ(marks, std::vector<std::uint32_t>{1});
    EXPECT_FALSE(tested.put(late));
    EXPECT_EQ(tested.waiting(), 0u);
}

TEST(R11, a_task_may_take_so_much_in_a_row_and_then_must_give_way) {
    const auto taken = [](std::uint32_t cost) {
        ready_allowance tested;
        tested.renew();
        int count = 0;
        while (tested.take(cost)) ++count;
        return count;
    };
    EXPECT_EQ(taken(1), 256);
    EXPECT_EQ(taken(ready_allowance::cost_of_an_attempt), 32);
    EXPECT_FALSE(ready_allowance{}.take(1)) << "outside a task there is nothing to take";
}

runtime_options options_of_two_shards() {
    runtime_options options;
    options.shards = 2;
    options.lane_capacity = 4;
    options.injection_capacity = 4;
    return options;
}

TEST(R21, without_hot_tags_mail_has_one_lane_from_each_source) {
    shard_mail tested(options_of_two_shards(), wake_order::by_both);
    EXPECT_EQ(&tested.from(1), &tested.from(1));
    EXPECT_EQ(tested.used_hot_from(1), nullptr);
    EXPECT_FALSE(tested.hot_goes_first());
}

TEST(R21, with_hot_tags_mail_has_a_second_lane_from_a_source_that_sends) {
    auto options = options_of_two_shards();
    options.hot_tags = {7};
    shard_mail tested(options, wake_order::by_both);
    EXPECT_TRUE(tested.from(1).push_one({.tag = 3, .value = 30}));
    lane* const hot = tested.used_hot_from(1);
    ASSERT_NE(hot, nullptr);
    EXPECT_TRUE(hot->push_one({.tag = 7, .value = 70}));
    EXPECT_EQ(tested.used_hot_from(0), nullptr) << "shard 0 has sent nothing";
    EXPECT_EQ(tested.waiting(), 2u);
    event taken;
    EXPECT_TRUE(tested.plain().take(taken));
    EXPECT_EQ(taken.value, 30u);
    EXPECT_FALSE(tested.plain().take(taken)) << "what is hot travels apart";
    EXPECT_EQ(tested.taken_so_far(), 1u);
    EXPECT_EQ(tested.waiting(), 1u);
}

TEST(R23, mail_from_outside_goes_where_its_tag_belongs) {
    auto options = options_of_two_shards();
    options.hot_tags = {7};
    shard_mail tested(options, wake_order::by_both);
    EXPECT_EQ(&tested.from_outside(7), &tested.hot().lanes().from_outside());
    EXPECT_EQ(&tested.from_outside(3), &tested.plain().from_outside());
}

} // namespace
} // namespace spargio::detail
