#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace spargio {
namespace {

task<std::uint32_t> where_am_i() { co_return this_shard::id(); }

TEST(R8, a_key_has_the_same_shard_in_every_run_and_on_every_machine) {
    // Computed once by an independent program from the two papers; a change here breaks who relies on it.
    static_assert(shard_of_key(0, 1) == 0);
    static_assert(key_of("") == 0xcbf29ce484222325u);
    static_assert(key_of("a") == 0xaf63dc4c8601ec8cu); // test vector of the FNV draft
    static_assert(key_of("foobar") == 0x85944171f73967e8u);
    const std::vector<std::uint32_t> of_eight{0, 0, 7, 0, 5, 6, 4, 4, 0, 1, 5, 4, 5, 5, 2, 4};
    const std::vector<std::uint32_t> of_thousand{550, 369, 516, 102, 128, 645, 593, 875,
                                                 324, 548, 831, 261, 497, 997, 67,  755};
    for (std::uint64_t key = 0; key < of_eight.size(); ++key) {
        EXPECT_EQ(shard_of_key(key, 8), of_eight[key]) << key;
        EXPECT_EQ(shard_of_key(key_of("user") + key, 1000), of_thousand[key]) << key;
    }
}

TEST(R8, keys_spread_evenly_over_the_shards) {
    constexpr std::uint64_t keys = 100'000;
    std::vector<int> hits(10);
    for (std::uint64_t key = 0; key < keys; ++key) ++hits[shard_of_key(key, 10)];
    // 10,000 each on average with a deviation of about 95: six of them are not chance.
    EXPECT_GT(*std::ranges::min_element(hits), 9'430);
    EXPECT_LT(*std::ranges::max_element(hits), 10'570);
}

TEST(R8, one_shard_more_takes_its_share_of_the_keys_and_moves_no_other) {
    constexpr std::uint64_t keys = 100'000;
    int moved = 0;
    for (std::uint64_t key = 0; key < keys; ++key) {
        const auto before = shard_of_key(key, 9);
        const auto after = shard_of_key(key, 10);
        if (before == after) continue;
        ASSERT_EQ(after, 9u) << "key " << key << " moved between old shards";
        ++moved;
    }
    EXPECT_GT(moved, 9'430);
    EXPECT_LT(moved, 10'570);
}

TEST(R8, sticky_tasks_run_on_the_shard_of_their_key_from_inside_and_outside) {
    auto started = runtime::start({.shards = 3});
    ASSERT_TRUE(started.has_value());
    const auto all_there = []() -> task<bool> {
        for (std::uint64_t key = 0; key < 50; ++key) {
            auto visitor = spawn(where_am_i(), sticky{key});
            if (co_await std::move(visitor) != shard_of_key(key, 3)) co_return false;
        }
        co_return true;
    };
    auto inside = (*started)->spawn(all_there());
    EXPECT_TRUE(std::move(inside).get());
    for (std::uint64_t key = 0; key < 50; ++key) {
        auto visitor = (*started)->spawn(where_am_i(), sticky{key});
        EXPECT_EQ(std::move(visitor).get(), shard_of_key(key, 3));
    }
}

TEST(R8, a_preferred_shard_runs_the_task_when_nobody_steals) {
    const auto body = []() -> task<bool> {
        for (std::uint32_t i = 0; i < 60; ++i) {
            auto visitor = spawn(where_am_i(), stealable_preferred{i % 3});
            if (co_await std::move(visitor) != i % 3) co_return false;
        }
        co_return true;
    };
    EXPECT_TRUE(run_on({.shards = 3, .steal_budget = 0}, 0, body));
}

TEST(R8, a_task_with_a_preferred_shard_may_be_stolen_from_it) {
    const auto body = []() -> task<bool> {
        std::atomic<bool> ran{false};
        const auto mark = [](std::atomic<bool>& flag) -> task<std::uint32_t> {
            flag.store(true);
            co_return this_shard::id();
        };
        const auto here = this_shard::id();
        auto stolen = spawn(mark(ran), stealable_preferred{here});
        while (!ran.load()) {
        } // holds its shard: only a thief can run the other task
        co_return co_await std::move(stolen) != here;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 1, body));
}

} // namespace
} // namespace spargio
