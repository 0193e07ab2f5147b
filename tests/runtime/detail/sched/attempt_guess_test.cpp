// When it is worth trying what may have to wait.
#include <spargio/detail/sched/attempt_guess.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace spargio::detail {
namespace {

/// Which of `count` occasions are tried, when the i-th would succeed if `succeeds(i)`.
template <class Succeeds>
std::vector<std::size_t> tries(attempt_guess& guess, std::size_t count, Succeeds succeeds) {
    std::vector<std::size_t> tried;
    for (std::size_t i = 0; i < count; ++i)
        if (guess.worth_trying()) {
            tried.push_back(i);
            guess.tried(succeeds(i));
        }
    return tried;
}

TEST(R24, what_succeeds_is_tried_each_time) {
    attempt_guess guess;
    EXPECT_EQ(tries(guess, 100, [](std::size_t) { return true; }).size(), 100u);
}

TEST(R24, what_fails_again_and_again_is_tried_less_and_less_and_never_given_up) {
    attempt_guess guess;
    const std::vector<std::size_t> expected{0, 3, 8, 17, 34, 67, 100};
    EXPECT_EQ(tries(guess, 101, [](std::size_t) { return false; }), expected);
}

TEST(R24, one_success_brings_the_tries_back) {
    attempt_guess guess;
    EXPECT_EQ(tries(guess, 100, [](std::size_t) { return false; }).size(), 6u);
    tries(guess, 1, [](std::size_t) { return true; });
    EXPECT_EQ(tries(guess, 10, [](std::size_t) { return true; }).size(), 10u);
}

TEST(R24, what_succeeds_every_second_time_is_met_when_it_does) {
    for (const std::size_t parity : {0U, 1U}) {
        attempt_guess guess;
        std::size_t met = 0;
        tries(guess, 100, [&](std::size_t i) {
            const bool success = i % 2 == parity;
            met += success ? 1 : 0;
            return success;
        });
        EXPECT_GE(met, 20u);
    }
}

} // namespace
} // namespace spargio::detail
