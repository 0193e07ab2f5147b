// Sleeping. Nothing here says how soon a timer fires, only that it is never early: lateness is for benchmarks.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int many = 30'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int many = 30'000;
#else
constexpr int many = 1'000'000;
#endif
#else
constexpr int many = 1'000'000;
#endif

/// Keeps the shard busy: nothing else runs on it meanwhile.
void compute_until(clock::time_point when) {
    while (clock::now() <= when) {
    }
}

task<errc> sleep_and_tell(clock::duration how_long) {
    const status slept = co_await sleep_for(how_long);
    co_return slept ? errc{} : slept.error();
}

class P10_spinning_or_not : public testing::TestWithParam<int> {};

TEST_P(P10_spinning_or_not, R34_a_timer_never_fires_early) {
    const auto tested = start({.shards = 2, .spin = std::chrono::microseconds(GetParam())});
    const auto sleeper = [](int seed) -> task<int> {
        std::mt19937_64 random(static_cast<std::uint64_t>(seed));
        int early = 0;
        for (int i = 0; i < 50; ++i) {
            const auto deadline =
                clock::now() + std::chrono::nanoseconds(random() % (std::uint64_t{1} << random() % 24));
            const status slept = co_await sleep_until(deadline);
            if (!slept || clock::now() < deadline) ++early;
        }
        co_return early;
    };
    std::vector<join_handle<int>> all;
    for (int i = 0; i < 50; ++i) all.push_back(tested->spawn(sleeper(i)));
    for (auto& each : all) EXPECT_EQ(std::move(each).get(), 0);
    std::uint64_t fired = 0;
    for (std::size_t i = 0; i < 2; ++i) fired += tested->stats(i).timers_fired;
    EXPECT_EQ(fired, 2500u);
}

INSTANTIATE_TEST_SUITE_P(with_spin_us, P10_spinning_or_not, testing::Values(0, 50, 10'000));

task<> sleep_and_note(std::vector<int>& order, int& armed, clock::time_point until, int number) {
    ++armed;
    (void)co_await sleep_until(until);
    order.push_back(number);
}

/// 500 tasks with deadlines from `begin` on, two each µs, shuffled. The order in which they went on; empty when
/// they were not all asleep by then.
task<std::vector<int>> shuffled_sleepers(clock::time_point begin) {
    std::vector<int> numbers;
    for (int i = 0; i < 500; ++i) numbers.push_back(i);
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(7));
    std::vector<int> order;
    int armed = 0;
    std::vector<join_handle<>> all;
    for (const int number : numbers)
        all.push_back(spawn(sleep_and_note(order, armed, begin + std::chrono::microseconds(number / 2), number),
                            pinned{0}));
    while (armed != 500) co_await yield();
    const bool in_time = clock::now() < begin;
    compute_until(begin + 1ms); // now all are late
    for (auto& each : all) co_await std::move(each);
    if (!in_time) order.clear();
    co_return order;
}

TEST(P10, tasks_go_on_in_the_order_of_their_deadlines_also_when_all_are_late) {
    std::vector<int> order;
    for (auto lead = 4ms; order.empty(); lead *= 2)
        order = run({.shards = 1}, [&] { return shuffled_sleepers(clock::now() + lead); });
    ASSERT_EQ(order.size(), 500u);
    for (std::size_t i = 1; i < order.size(); ++i) EXPECT_LE(order[i - 1] / 2, order[i] / 2) << "at " << i;
}

TEST(P10, a_timer_that_was_cancelled_on_its_shard_does_not_fire_any_more) {
    const auto body = []() -> task<int> {
        int wrong = 0;
        for (int i = 0; i < 100; ++i) {
            auto sleeper = spawn(sleep_and_tell(100us), pinned{0});
            co_await yield();
            sleeper.cancel();
            compute_until(clock::now() + 200us); // its deadline passes before it can go on
            const errc how = co_await std::move(sleeper);
            if (how != errc::canceled) ++wrong;
        }
        co_return wrong;
    };
    EXPECT_EQ(run({.shards = 1}, body), 0);
}

TEST(P10, a_cancelled_sleep_leaves_no_timer_behind) {
    const auto tested = start({.shards = 1});
    const auto body = []() -> task<> {
        std::vector<join_handle<errc>> sleepers;
        for (int i = 0; i < 100; ++i) sleepers.push_back(spawn(sleep_and_tell(1h), pinned{0}));
        co_await yield();
        for (auto& each : sleepers) each.cancel();
        for (auto& each : sleepers) (void)co_await std::move(each);
    };
    auto all = tested->spawn(body());
    std::move(all).get();
    EXPECT_EQ(tested->stats(0).timers_pending, 0u);
    EXPECT_EQ(tested->stats(0).timers_cancelled, 100u);
    EXPECT_EQ(tested->stats(0).timers_fired, 0u);
}

TEST(R34, a_sleep_is_cancelled_from_any_thread_and_answers_once) {
    const auto tested = start({.shards = 2});
    for (int i = 0; i < 1000; ++i) {
        // Short ones, so that firing and cancelling meet.
        const bool short_one = i % 2 == 0;
        auto sleeper = tested->spawn(sleep_and_tell(short_one ? clock::duration(20us) : clock::duration(1h)));
        if (i % 3 == 0) std::this_thread::yield();
        sleeper.cancel();
        const errc how = std::move(sleeper).get();
        ASSERT_TRUE(how == errc::canceled || (short_one && how == errc{})) << to_string(how);
    }
}

TEST(R34, who_is_cancelled_already_does_not_sleep) {
    const auto body = []() -> task<errc> {
        const auto twice = []() -> task<errc> {
            (void)co_await sleep_for(1h);
            co_return co_await sleep_and_tell(1h);
        };
        auto sleeper = spawn(twice(), pinned{0});
        sleeper.cancel();
        co_return co_await std::move(sleeper);
    };
    EXPECT_EQ(run({.shards = 1}, body), errc::canceled);
}

TEST(R34, stopping_answers_closed_to_sleepers_and_to_those_that_come_later) {
    const auto tested = start({.shards = 2});
    const auto body = [](std::atomic<int>& closed) -> task<> {
        for (int i = 0; i < 2; ++i) {
            const status slept = co_await sleep_for(1h);
            if (!slept && slept.error() == errc::closed) ++closed;
        }
    };
    std::atomic<int> closed{0};
    for (int i = 0; i < 10; ++i) tested->spawn(body(closed)).detach();
    while (tested->stats(0).timers_pending + tested->stats(1).timers_pending != 10) std::this_thread::yield();
    tested->shutdown().wait();
    EXPECT_EQ(closed.load(), 20);
}

TEST(R34, a_shard_that_sleeps_until_a_timer_is_still_woken_by_work) {
    const auto tested = start({.shards = 2, .spin = 0us});
    auto sleeper = tested->spawn(sleep_and_tell(1h), pinned{1});
    while (tested->stats(1).timers_pending == 0 || tested->stats(1).parks == 0) std::this_thread::yield();
    auto other = tested->spawn(sleep_and_tell(0s), pinned{1});
    EXPECT_EQ(std::move(other).get(), errc{});
    sleeper.cancel();
    EXPECT_EQ(std::move(sleeper).get(), errc::canceled);
}

TEST(P12, a_shard_with_a_far_timer_sleeps_until_then) {
    const auto tested = start({.shards = 1});
    auto sleeper = tested->spawn(sleep_and_tell(1h));
    auto endless = tested->spawn(sleep_and_tell(clock::duration::max()));
    const auto parks = [&] { return tested->stats(0).parks; };
    for (auto before = ~std::uint64_t{0}; before != parks() || tested->stats(0).timers_pending != 2;) {
        before = parks();
        std::this_thread::sleep_for(20ms);
    }
    const auto before = parks();
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(parks(), before);
    sleeper.cancel();
    endless.cancel();
    EXPECT_EQ(std::move(sleeper).get(), errc::canceled);
    EXPECT_EQ(std::move(endless).get(), errc::canceled);
}

TEST(R34, a_spinning_shard_looks_at_its_timers) {
    const auto body = []() -> task<> { (void)co_await sleep_for(1ms); };
    const auto tested = start({.shards = 1, .spin = 1s}); // its first spin is a sixteenth of that
    const auto before = tested->stats(0).parks;
    auto sleeper = tested->spawn(body());
    std::move(sleeper).get();
    EXPECT_LE(tested->stats(0).parks, before + 1)
        << "it may have been asleep before it got the task, not after";
}

TEST(R34, a_stealable_task_sleeps_and_wakes_on_one_shard) {
    const auto tested = start({.shards = 4});
    const auto body = []() -> task<bool> {
        bool stayed = true;
        for (int i = 0; i < 50; ++i) {
            const auto before = this_shard::id();
            (void)co_await sleep_for(std::chrono::microseconds(i));
            stayed &= this_shard::id() == before;
        }
        co_return stayed;
    };
    std::vector<join_handle<bool>> all;
    for (int i = 0; i < 100; ++i) all.push_back(tested->spawn(body()));
    for (auto& each : all) EXPECT_TRUE(std::move(each).get());
}

TEST(R34, sleeping_for_no_time_lets_others_run) {
    const auto body = []() -> task<int> {
        bool flag = false;
        const auto setter = [](bool& into) -> task<> {
            into = true;
            co_return;
        };
        auto other = spawn(setter(flag), pinned{0});
        int rounds = 0;
        while (!flag) {
            (void)co_await sleep_for(-1s);
            ++rounds;
        }
        co_await std::move(other);
        co_return rounds;
    };
    EXPECT_GT(run({.shards = 1}, body), 0);
}

/// Bytes of the process that are in memory.
std::size_t resident_bytes() {
    std::size_t pages = 0;
    if (FILE* const from = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(from, "%*u %zu", &pages) != 1) pages = 0;
        std::fclose(from);
    }
    return pages * 4096;
}

TEST(P10, a_million_pending_timers_each_fire_or_are_cancelled_in_bounded_memory) {
    const auto tested = start({.shards = 1});
    const auto body = []() -> task<int> {
        int answered = 0;
        std::vector<join_handle<errc>> sleepers;
        sleepers.reserve(many);
        for (int i = 0; i < many; ++i) {
            // Those that fire do so while others still come.
            const auto how_long =
                i % 2 == 0 ? clock::duration(1h) : clock::duration(std::chrono::microseconds(i % 50'000));
            sleepers.push_back(spawn(sleep_and_tell(how_long), pinned{0}));
        }
        co_await yield();
        for (int i = 0; i < many; i += 2) sleepers[static_cast<std::size_t>(i)].cancel();
        for (int i = 0; i < many; ++i) {
            const errc how = co_await std::move(sleepers[static_cast<std::size_t>(i)]);
            answered += how == (i % 2 == 0 ? errc::canceled : errc{});
        }
        co_return answered;
    };
    std::size_t resident[3] = {};
    for (auto& each : resident) {
        auto round = tested->spawn(body());
        EXPECT_EQ(std::move(round).get(), many);
        each = resident_bytes();
    }
    EXPECT_EQ(tested->stats(0).timers_pending, 0u);
    EXPECT_EQ(tested->stats(0).timers_fired, static_cast<std::uint64_t>(many / 2) * 3);
    if (many == 1'000'000) {
        EXPECT_LT(resident[2], resident[1] + resident[1] / 10) << "it grows from round to round";
        EXPECT_LT(resident[0], std::size_t{1024} * many) << "a sleeping task takes more than 1 KiB";
    }
}

} // namespace
} // namespace spargio
