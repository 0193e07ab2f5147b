#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <vector>

namespace spargio {
namespace {

task<std::uint32_t> where_am_i() { co_return this_shard::id(); }

TEST(R8, a_pinned_task_runs_on_its_shard_and_stays_there) {
    const auto wander = []() -> task<bool> {
        const auto home = this_shard::id();
        for (int i = 0; i < 1000; ++i) {
            co_await yield();
            if (this_shard::id() != home) co_return false;
        }
        co_return home == 1;
    };
    const auto body = [&]() -> task<bool> {
        auto pinned_task = spawn(wander(), pinned{1});
        const bool stayed = co_await std::move(pinned_task);
        co_return stayed;
    };
    EXPECT_TRUE(run_on({.shards = 3}, 0, body));
}

TEST(R8, round_robin_visits_every_shard_equally_often) {
    const auto body = []() -> task<std::vector<int>> {
        std::vector<int> visits(this_shard::count());
        for (int i = 0; i < 30; ++i) {
            auto visitor = spawn(where_am_i(), round_robin{});
            ++visits[co_await std::move(visitor)];
        }
        co_return visits;
    };
    EXPECT_EQ(run_on({.shards = 3}, 0, body), (std::vector{10, 10, 10}));
}

TEST(R4, run_on_runs_the_root_on_that_shard) {
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(run_on({.shards = 3}, i, where_am_i), i);
}

task<std::uint32_t> set_flag(std::atomic<bool>& flag) {
    flag.store(true);
    co_return this_shard::id();
}

TEST(R10, a_stealable_task_behind_a_busy_one_is_stolen_by_an_idle_shard) {
    for (const auto spin : {std::chrono::microseconds(0), std::chrono::microseconds(50)}) {
        const auto body = []() -> task<bool> {
            std::atomic<bool> flag{false};
            const auto here = this_shard::id();
            auto stolen = spawn(set_flag(flag));
            while (!flag.load()) {
            } // holds its shard: only a thief can run the other task
            const auto ran_on = co_await std::move(stolen);
            co_return ran_on != here;
        };
        for (int i = 0; i < 100; ++i) ASSERT_TRUE(run_on({.shards = 2, .spin = spin}, 0, body));
    }
}

TEST(R10, a_steal_budget_of_zero_keeps_every_task_at_home) {
    const auto body = []() -> task<bool> {
        bool all_home = true;
        for (int i = 0; i < 200; ++i) {
            auto stays = spawn(where_am_i());
            all_home = all_home && co_await std::move(stays) == 0;
        }
        co_return all_home;
    };
    EXPECT_TRUE(run_on({.shards = 2, .steal_budget = 0}, 0, body));
}

TEST(R10, try_spawn_says_overloaded_when_the_queue_is_full_and_leaves_the_task_to_the_caller) {
    const auto body = []() -> task<int> {
        std::vector<join_handle<std::uint32_t>> accepted;
        for (int i = 0; i < 4; ++i) {
            auto next = try_spawn(where_am_i());
            if (next) accepted.push_back(std::move(*next));
        }
        auto refused = where_am_i();
        const auto answer = try_spawn(std::move(refused));
        const bool still_ours = !answer && answer.error() == errc::overloaded && static_cast<bool>(refused);
        for (auto& each : accepted) (void)co_await std::move(each);
        co_return still_ours ? static_cast<int>(accepted.size()) : -1;
    };
    EXPECT_EQ(run_on({.shards = 1, .stealable_capacity = 4}, 0, body), 4);
}

TEST(R10, spawn_beyond_the_capacity_of_the_queue_loses_no_task) {
    const auto body = []() -> task<std::size_t> {
        std::vector<join_handle<std::uint32_t>> all;
        for (int i = 0; i < 1000; ++i) all.push_back(spawn(where_am_i()));
        std::size_t joined = 0;
        for (auto& each : all) {
            (void)co_await std::move(each);
            ++joined;
        }
        co_return joined;
    };
    EXPECT_EQ(run_on({.shards = 2, .stealable_capacity = 4}, 0, body), 1000u);
}

TEST(R10, a_stealable_task_that_waits_for_its_shards_events_is_resumed_there) {
    const auto body = []() -> task<bool> {
        const auto waiter = []() -> task<bool> {
            const auto before = this_shard::id();
            const auto got = co_await this_shard::next_event();
            co_return got.has_value() && before == this_shard::id();
        };
        bool all_stayed = true;
        for (int i = 0; i < 200; ++i) {
            auto waiting = spawn(waiter(), pinned{1});
            (void)co_await this_shard::remote(1).send(0, 0);
            all_stayed = all_stayed && co_await std::move(waiting);
        }
        co_return all_stayed;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

task<std::uint64_t> fib(std::uint64_t n) {
    if (n < 2) co_return n;
    auto left = spawn(fib(n - 1));
    const std::uint64_t right = co_await fib(n - 2);
    co_return co_await std::move(left) + right;
}

TEST(R10, recursive_forks_add_up_whoever_runs_them) {
    for (const unsigned shards : {1u, 2u, 4u})
        EXPECT_EQ(run({.shards = shards}, [] { return fib(20); }), 6765u);
}

} // namespace
} // namespace spargio
