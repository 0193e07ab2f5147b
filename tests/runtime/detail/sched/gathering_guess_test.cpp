// When requests had better go to the kernel together.
#include <spargio/detail/sched/gathering_guess.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

namespace spargio::detail {
namespace {

constexpr std::size_t enough = gathering_guess::worth_a_submission;
std::array<char, enough> askers;

/// The first `count` of them ask in one turn; says what the last one was told.
bool ask_in_one_turn(gathering_guess& guess, std::size_t count) {
    bool told = false;
    for (std::size_t i = 0; i < count; ++i) told = guess.asks(&askers[i]);
    guess.end_turn();
    return told;
}

TEST(R25, one_who_asks_again_and_again_is_not_many) {
    gathering_guess guess;
    for (std::size_t i = 0; i < 10 * enough; ++i) EXPECT_FALSE(guess.asks(&askers[0]));
}

TEST(R25, many_who_ask_in_one_turn_are_noticed_in_it) {
    gathering_guess guess;
    EXPECT_FALSE(ask_in_one_turn(guess, enough - 1));
    EXPECT_TRUE(ask_in_one_turn(guess, enough));
}

TEST(R25, after_a_turn_of_many_the_first_knows_that_they_are) {
    gathering_guess guess;
    ask_in_one_turn(guess, enough);
    EXPECT_TRUE(guess.asks(&askers[0]));
}

TEST(R25, those_who_ask_in_different_turns_are_not_many) {
    gathering_guess guess;
    for (std::size_t i = 0; i < 10 * enough; ++i) EXPECT_FALSE(ask_in_one_turn(guess, enough / 2));
}

TEST(R25, a_turn_of_few_ends_it) {
    gathering_guess guess;
    ask_in_one_turn(guess, enough);
    EXPECT_TRUE(ask_in_one_turn(guess, 1));
    EXPECT_FALSE(ask_in_one_turn(guess, 1));
}

} // namespace
} // namespace spargio::detail
