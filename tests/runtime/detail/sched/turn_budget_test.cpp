// R11: what a shard runs between two looks at ring and lanes is bounded by a number, and by time.
#include <spargio/detail/sched/turn_budget.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace spargio::detail {
namespace {

using namespace std::chrono_literals;

/// Goes on only where a test says so, and counts who asks.
struct played_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<played_clock>;
    [[maybe_unused]] static constexpr bool is_steady = true; // a clock has one
    static time_point now() noexcept {
        ++asked;
        return time;
    }
    static inline time_point time{};
    static inline int asked = 0;
};

using budget = turn_budget<played_clock>;

/// Turns of tasks that take so long, all ended by the limit; how many tasks the last of them ran.
std::uint32_t run_turns(budget& of, int turns, std::chrono::nanoseconds task) {
    std::uint32_t ran = 0;
    for (int i = 0; i < turns; ++i) {
        ran = of.limit();
        played_clock::time += task * ran;
        of.used_up();
    }
    return ran;
}

TEST(R11, short_tasks_run_as_many_as_the_options_say_between_two_looks) {
    budget tested(64);
    EXPECT_LE(tested.limit(), 4u);
    EXPECT_EQ(run_turns(tested, 8, 100ns), 64u);
    EXPECT_EQ(run_turns(tested, 100, 1us), 64u);
}

TEST(R11, a_task_of_a_millisecond_runs_alone_between_two_looks) {
    budget tested(64);
    EXPECT_EQ(run_turns(tested, 3, 1ms), 1u);
    EXPECT_EQ(run_turns(tested, 50, 1ms), 1u);
}

TEST(R11, long_tasks_are_noticed_after_short_ones_and_short_ones_after_long_ones) {
    budget tested(64);
    EXPECT_EQ(run_turns(tested, 100, 100ns), 64u);
    EXPECT_EQ(run_turns(tested, 8, 1ms), 1u);
    EXPECT_EQ(run_turns(tested, 10, 100ns), 64u);
    EXPECT_EQ(run_turns(tested, 10, 100us), 5u) << "half a millisecond's";
}

TEST(R11, the_clock_is_asked_once_in_some_turns_of_short_tasks_and_never_where_few_are_ready) {
    budget tested(64);
    run_turns(tested, 20, 100ns);
    const int before = played_clock::asked;
    run_turns(tested, 100, 100ns);
    EXPECT_LE(played_clock::asked - before, 25);
    const int then = played_clock::asked;
    for (int i = 0; i < 100; ++i) tested.ended_early();
    EXPECT_EQ(played_clock::asked, then);
    EXPECT_EQ(tested.limit(), 64u);
}

TEST(R11, an_idle_time_between_two_turns_counts_for_neither) {
    budget tested(64);
    run_turns(tested, 20, 100ns);
    tested.ended_early();
    played_clock::time += 1h;
    tested.used_up();
    EXPECT_EQ(tested.limit(), 64u);
}

TEST(R11, turns_that_end_early_in_between_keep_no_shard_at_a_few_tasks) {
    budget tested(64);
    for (int i = 0; i < 8; ++i) {
        tested.used_up();
        tested.ended_early();
    }
    EXPECT_EQ(tested.limit(), 64u);
}

TEST(R11, a_limit_of_the_options_below_the_careful_one_holds) {
    budget tested(1);
    EXPECT_EQ(run_turns(tested, 20, 100ns), 1u);
}

} // namespace
} // namespace spargio::detail
