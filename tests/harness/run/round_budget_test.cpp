#include "harness/run/round_budget.hpp"

#include <gmock/gmock.h>

namespace bench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(round_budget, M1_a_budget_that_holds_everything_gives_nothing_up) {
    const round_budget budget(90, {10, 20});
    EXPECT_THAT(budget.give_up(0, {3, 3}), IsEmpty());
    EXPECT_THAT(budget.give_up(1, {3, 3}), ElementsAre(1));
}

TEST(round_budget, M1_the_last_groups_are_given_up_until_the_others_get_all_their_blocks) {
    const round_budget budget(100, {10, 10, 10, 10});
    EXPECT_THAT(budget.give_up(0, {4, 4, 4, 4}), ElementsAre(3, 2));
}

TEST(round_budget, M1_the_first_group_stays_and_a_round_of_it_is_asked_for_by_itself) {
    const round_budget budget(100, {30, 30});
    EXPECT_THAT(budget.give_up(0, {10, 10}), ElementsAre(1));
    EXPECT_TRUE(budget.holds_a_round(70, {10, 0}));
    EXPECT_FALSE(budget.holds_a_round(71, {10, 0}));
    EXPECT_FALSE(budget.holds_a_round(101, {10, 0}));
}

TEST(round_budget, M1_what_a_block_took_counts_more_than_what_it_should_take) {
    round_budget budget(100, {10, 10});
    budget.took(1, 30);
    budget.took(1, 50);
    EXPECT_FALSE(budget.holds_a_round(51, {1, 1}));
    EXPECT_TRUE(budget.holds_a_round(50, {1, 1}));
    EXPECT_THAT(budget.give_up(0, {2, 2}), IsEmpty());
    EXPECT_THAT(budget.give_up(1, {2, 2}), ElementsAre(1));
}

TEST(round_budget, M1_a_group_that_measures_no_more_costs_nothing) {
    const round_budget budget(40, {10, 10, 10});
    EXPECT_THAT(budget.give_up(0, {2, 2, 0}), IsEmpty());
    EXPECT_THAT(budget.give_up(20, {2, 2, 0}), ElementsAre(1));
}

} // namespace
} // namespace bench
