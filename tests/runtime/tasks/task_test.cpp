#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace spargio {
namespace {

const runtime_options one_shard{.shards = 1};

task<int> leaf(int value) { co_return value; }

task<std::uint64_t> add_leaves(int count) {
    std::uint64_t sum = 0;
    for (int i = 0; i < count; ++i) sum += static_cast<std::uint64_t>(co_await leaf(1));
    co_return sum;
}

TEST(R6, a_million_synchronous_completions_do_not_grow_the_stack) {
    EXPECT_EQ(run(one_shard, [] { return add_leaves(1'000'000); }), 1'000'000u);
}

task<int> descend(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await descend(depth - 1);
}

TEST(R6, a_chain_of_a_hundred_thousand_awaiting_tasks_unwinds_without_the_stack) {
    EXPECT_EQ(run(one_shard, [] { return descend(100'000); }), 100'000);
}

TEST(R6, a_task_does_not_start_before_it_is_awaited) {
    bool started = false;
    const auto body = [](bool& flag) -> task<> {
        flag = true;
        co_return;
    };
    {
        const task<> never = body(started);
        EXPECT_TRUE(static_cast<bool>(never));
    }
    EXPECT_FALSE(started);
}

task<int> fail() {
    throw std::runtime_error("on purpose");
    co_return 0;
}

task<std::string> catch_failure() {
    try {
        co_await fail();
    } catch (const std::runtime_error& error) {
        co_return error.what();
    }
    co_return "nothing was thrown";
}

TEST(R6, an_exception_passes_through_co_await) {
    EXPECT_EQ(run(one_shard, [] { return catch_failure(); }), "on purpose");
    EXPECT_THROW(run(one_shard, [] { return fail(); }), std::runtime_error);
}

task<std::unique_ptr<int>> make_owned() { co_return std::make_unique<int>(7); }

TEST(R6, a_result_that_can_only_be_moved_is_moved) {
    EXPECT_EQ(*run(one_shard, [] { return make_owned(); }), 7);
}

TEST(R6, a_moved_from_task_is_empty_and_the_other_owns_the_frame) {
    task<int> first = leaf(3);
    task<int> second = std::move(first);
    EXPECT_FALSE(static_cast<bool>(first));
    EXPECT_EQ(run(one_shard, [&] { return std::move(second); }), 3);
}

task<int> hop(int hops) {
    for (int i = 0; i < hops; ++i) {
        auto there = spawn(leaf(i), pinned{static_cast<std::uint32_t>(i % 2)});
        const int back = co_await std::move(there);
        if (back != i) co_return -1;
    }
    co_return hops;
}

TEST(R6, frames_may_be_allocated_on_one_shard_and_freed_on_the_other) {
    EXPECT_EQ(run({.shards = 2}, [] { return hop(20'000); }), 20'000);
}

TEST(R6, frames_larger_than_the_pool_serves_work_too) {
    const auto body = []() -> task<int> {
        std::array<char, 10'000> large{};
        large[9'999] = 1;
        co_await yield();
        co_return large[9'999];
    };
    EXPECT_EQ(run(one_shard, body), 1);
}

TEST(R13, a_task_that_yields_lets_the_others_run) {
    std::vector<int> order;
    const auto speaker = [](std::vector<int>& into, int number) -> task<> {
        for (int i = 0; i < 2; ++i) {
            into.push_back(number);
            co_await yield();
        }
    };
    const auto both = [&]() -> task<> {
        auto first = spawn(speaker(order, 1), pinned{0});
        auto second = spawn(speaker(order, 2), pinned{0});
        co_await std::move(first);
        co_await std::move(second);
    };
    run(one_shard, both);
    EXPECT_EQ(order, (std::vector{1, 2, 1, 2}));
}

} // namespace
} // namespace spargio
