#include "harness/run/block_order.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace bench {
namespace {

TEST(block_order, M2_two_arms_take_turns_as_ABBA_or_BAAB) {
    std::set<std::vector<std::size_t>> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        random_source random(seed);
        seen.insert(slice_order_of_block(2, 2, random));
    }
    EXPECT_THAT(
        seen, testing::ElementsAre(std::vector<std::size_t>{0, 1, 1, 0}, std::vector<std::size_t>{1, 0, 0, 1}));
}

TEST(block_order, M2_every_pair_of_rounds_is_a_permutation_and_its_mirror) {
    random_source random(3);
    const auto order = slice_order_of_block(5, 4, random);
    ASSERT_EQ(order.size(), 20u);
    for (std::size_t pair = 0; pair < 20; pair += 10) {
        const std::set<std::size_t> arms(order.begin() + static_cast<long>(pair),
                                         order.begin() + static_cast<long>(pair) + 5);
        EXPECT_EQ(arms.size(), 5u);
        for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(order[pair + i], order[pair + 9 - i]);
    }
}

TEST(block_order, M2_a_linear_drift_costs_every_arm_the_same) {
    random_source random(11);
    const auto order = slice_order_of_block(7, 4, random);
    std::map<std::size_t, std::size_t> sum_of_positions;
    for (std::size_t position = 0; position < order.size(); ++position)
        sum_of_positions[order[position]] += position;
    for (const auto& [arm, sum] : sum_of_positions) EXPECT_EQ(sum, sum_of_positions[0]) << arm;
}

TEST(block_order, M2_an_odd_number_of_slices_gives_each_arm_its_number) {
    random_source random(1);
    std::map<std::size_t, int> count;
    for (const auto arm : slice_order_of_block(3, 5, random)) ++count[arm];
    EXPECT_THAT(count, testing::ElementsAre(testing::Pair(0, 5), testing::Pair(1, 5), testing::Pair(2, 5)));
}

TEST(block_order, M2_blocks_of_all_groups_are_mixed_over_the_run_and_repeat_from_the_seed) {
    random_source first(5), again(5), other(6);
    const auto order = group_order_of_run(4, 10, first);
    EXPECT_EQ(order, group_order_of_run(4, 10, again));
    EXPECT_NE(order, group_order_of_run(4, 10, other));
    for (std::size_t round = 0; round < 10; ++round) {
        const std::set<std::size_t> groups(order.begin() + static_cast<long>(4 * round),
                                           order.begin() + static_cast<long>(4 * round + 4));
        EXPECT_EQ(groups.size(), 4u);
    }
}

TEST(random_source, M2_below_is_uniform_enough_to_trust_the_shuffles) {
    random_source random(9);
    std::map<std::uint64_t, int> count;
    for (int i = 0; i < 60'000; ++i) ++count[random.below(6)];
    for (const auto& [value, times] : count) EXPECT_NEAR(times, 10'000, 500) << value;
}

} // namespace
} // namespace bench
