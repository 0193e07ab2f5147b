// Intervals, and deadlines that move while somebody waits.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Keeps the shard busy: nothing else runs on it meanwhile.
void compute_until(clock::time_point when) {
    while (clock::now() <= when) {
    }
}

constexpr auto t0 = clock::time_point(1h);

TEST(R35, a_burst_makes_up_for_missed_ticks_one_by_one) {
    const interval tested(t0, 10ms, missed_ticks::burst);
    EXPECT_EQ(tested.after(t0, t0), t0 + 10ms);
    EXPECT_EQ(tested.after(t0, t0 + 9ms), t0 + 10ms);
    EXPECT_EQ(tested.after(t0, t0 + 35ms), t0 + 10ms);
}

TEST(R35, delay_begins_a_whole_period_after_a_late_tick) {
    const interval tested(t0, 10ms, missed_ticks::delay);
    EXPECT_EQ(tested.after(t0, t0), t0 + 10ms);
    EXPECT_EQ(tested.after(t0, t0 + 900us), t0 + 10ms) << "that is not late";
    EXPECT_EQ(tested.after(t0, t0 + 4ms), t0 + 14ms);
    EXPECT_EQ(tested.after(t0, t0 + 35ms), t0 + 45ms);
}

TEST(R35, skip_stays_in_step_and_leaves_missed_ticks_out) {
    const interval tested(t0, 10ms, missed_ticks::skip);
    EXPECT_EQ(tested.after(t0, t0), t0 + 10ms);
    EXPECT_EQ(tested.after(t0, t0 + 4ms), t0 + 10ms);
    EXPECT_EQ(tested.after(t0, t0 + 35ms), t0 + 40ms);
    EXPECT_EQ(tested.after(t0, t0 + 40ms), t0 + 50ms);
    const interval quick(t0, 10us, missed_ticks::skip);
    EXPECT_EQ(quick.after(t0, t0 + 25us), t0 + 30us)
        << "late by more than a period is late, be it less than 1 ms";
}

TEST(R35, the_first_tick_is_at_once_and_none_is_early) {
    const auto body = []() -> task<int> {
        int wrong = 0;
        const auto begin = clock::now();
        interval every(300us);
        auto expected = every.next();
        wrong += expected < begin;
        for (int i = 0; i < 30; ++i) {
            const auto tick = co_await every.tick();
            wrong += !tick || *tick != expected || clock::now() < expected;
            expected += 300us;
        }
        co_return wrong;
    };
    EXPECT_EQ(run({.shards = 1}, body), 0);
}

TEST(R35, interval_at_begins_then_and_a_late_task_gets_its_missed_ticks_by_the_policy) {
    const auto ticks_after_pause = [](missed_ticks policy) {
        const auto body = [](missed_ticks chosen) -> task<std::vector<clock::duration>> {
            const auto begin = clock::now() + 1ms;
            interval every = interval_at(begin, 5ms, chosen);
            std::vector<clock::duration> ticks;
            for (int i = 0; i < 4; ++i) {
                const auto tick = co_await every.tick();
                ticks.push_back(*tick - begin);
                if (i == 0) compute_until(begin + 17ms);
            }
            co_return ticks;
        };
        return run({.shards = 1}, [&] { return body(policy); });
    };
    using ticks = std::vector<clock::duration>;
    EXPECT_EQ(ticks_after_pause(missed_ticks::burst), (ticks{0ms, 5ms, 10ms, 15ms}));
    const ticks skipped = ticks_after_pause(missed_ticks::skip);
    EXPECT_GE(skipped[2], 20ms);
    for (const auto tick : skipped) EXPECT_EQ(tick % 5ms, 0ms);
    const ticks delayed = ticks_after_pause(missed_ticks::delay);
    EXPECT_GE(delayed[2], 21ms) << "a period after the end of the pause, but for what is not late";
}

TEST(R35, a_cancelled_tick_is_not_used_up) {
    const auto body = []() -> task<bool> {
        interval every(clock::now() + 1h, 1h);
        const auto before = every.next();
        const auto taker = [](interval& from) -> task<errc> {
            const auto tick = co_await from.tick();
            co_return tick ? errc{} : tick.error();
        };
        auto waiting = spawn(taker(every), pinned{0});
        co_await yield();
        waiting.cancel();
        const errc how = co_await std::move(waiting);
        co_return how == errc::canceled&& every.next() == before;
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST(R35, an_interval_without_a_period_is_refused) {
    EXPECT_THROW(interval(0s), std::invalid_argument);
    EXPECT_THROW(interval(t0, -1s), std::invalid_argument);
}

TEST(R35, a_period_beyond_the_end_of_time_is_as_good_as_for_ever) {
    using std::chrono::hours;
    for (const interval& tested :
         {interval(hours::max()), interval(t0, hours::max()), interval_at(t0, hours::max()),
          interval(std::chrono::duration<double>(1e300)), interval(clock::duration::max())}) {
        EXPECT_EQ(tested.period(), clock::duration::max());
        for (const auto policy : {missed_ticks::burst, missed_ticks::delay, missed_ticks::skip}) {
            interval other = tested;
            other.set_policy(policy);
            EXPECT_EQ(other.after(t0, t0 + 1s), clock::time_point::max());
            other.reset();
            EXPECT_EQ(other.next(), clock::time_point::max());
        }
    }
    EXPECT_THROW((void)interval{hours::min()}, std::invalid_argument);
    EXPECT_EQ(interval(std::chrono::duration<double>(1e-12)).period(), 1ns);
}

TEST(R35, an_interval_can_be_set_anew) {
    interval tested(t0, 10ms);
    tested.reset_at(t0 + 3ms);
    EXPECT_EQ(tested.next(), t0 + 3ms);
    const auto before = clock::now();
    tested.reset();
    EXPECT_GE(tested.next(), before + 10ms);
    EXPECT_EQ(interval(t0, 10ms).after(clock::time_point::min(), t0), clock::time_point::min() + 10ms);
}

task<bool> wait_for(deadline_timer& timer) {
    const status how = co_await timer;
    co_return how&& timer.is_elapsed();
}

TEST(R35, a_deadline_timer_that_is_reset_while_awaited_waits_for_the_new_deadline) {
    const auto body = []() -> task<int> {
        int wrong = 0;
        deadline_timer timer(clock::now() + 1h);
        auto waiting = spawn(wait_for(timer), pinned{0});
        co_await yield();
        wrong += timer.is_elapsed();
        wrong += !timer.reset(clock::now() + 1ms); // sooner
        bool in_time = co_await std::move(waiting);
        wrong += !in_time;

        wrong += !timer.reset(clock::now() + 2ms);
        auto again = spawn(wait_for(timer), pinned{0});
        co_await yield();
        const auto later = clock::now() + 5ms;
        if (timer.reset(later)) { // else a slow machine has let the first deadline pass
            in_time = co_await std::move(again);
            wrong += !in_time || clock::now() < later || timer.deadline() != later;
        } else {
            co_await std::move(again);
        }
        co_return wrong;
    };
    EXPECT_EQ(run({.shards = 1}, body), 0);
}

TEST(R35, a_reset_that_comes_after_the_deadline_says_so) {
    const auto body = []() -> task<bool> {
        deadline_timer timer(clock::now());
        bool reset = true;
        // Expires in one batch with the waiter, and runs before it.
        const auto resetter = [](deadline_timer& timer, bool& into, clock::time_point when) -> task<> {
            (void)co_await sleep_until(when);
            into = timer.reset(clock::now() + 1h);
        };
        const auto deadline = clock::now() + 1ms;
        timer.reset(deadline);
        auto resetting = spawn(resetter(timer, reset, deadline - 1us), pinned{0});
        auto waiting = spawn(wait_for(timer), pinned{0});
        co_await yield();
        compute_until(deadline);
        co_await std::move(resetting);
        (void)co_await std::move(waiting);
        co_return reset;
    };
    EXPECT_FALSE(run({.shards = 1}, body));
}

TEST(R35, a_deadline_timer_is_cancelled_like_any_wait_and_can_be_awaited_again) {
    const auto body = []() -> task<int> {
        deadline_timer timer(clock::now() + 1h);
        const auto waiter = [](deadline_timer& timer) -> task<errc> {
            const status how = co_await timer;
            co_return how ? errc{} : how.error();
        };
        auto waiting = spawn(waiter(timer), pinned{0});
        co_await yield();
        waiting.cancel();
        const errc first = co_await std::move(waiting);
        timer.reset(clock::now());
        const status second = co_await timer;
        co_return first == errc::canceled&& second.has_value();
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

} // namespace
} // namespace spargio
