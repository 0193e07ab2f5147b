// Tasks that are joined while nobody has stolen them yet run inline: by a jump, on the joiner's turn.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace spargio {
namespace {

/// Counts the frames that hold one.
struct living {
    static inline std::atomic<int> count{0};
    living() { ++count; }
    living(const living&) = delete;
    living& operator=(const living&) = delete;
    ~living() { --count; }
};

task<int> depth_of(int levels) {
    if (levels == 0) co_return 0;
    auto below = spawn(depth_of(levels - 1));
    co_return 1 + co_await std::move(below);
}

TEST(R6, a_chain_of_200000_tasks_joined_inline_needs_no_stack) {
    EXPECT_EQ(run({.shards = 1}, [] { return depth_of(200'000); }), 200'000);
    EXPECT_EQ(run({.shards = 2}, [] { return depth_of(200'000); }), 200'000);
}

task<long> fibonacci(int n) {
    if (n < 2) co_return n;
    auto left = spawn(fibonacci(n - 1));
    const long right = co_await fibonacci(n - 2);
    co_return right + co_await std::move(left);
}

TEST(R7, a_tree_of_forks_gives_the_right_sum_inline_stolen_or_both) {
    for (const unsigned shards : {1u, 2u, 4u})
        for (const unsigned per_turn : {1u, 7u, 64u})
            EXPECT_EQ(run({.shards = shards, .tasks_per_turn = per_turn}, [] { return fibonacci(20); }), 6765);
}

task<int> after_a_yield(int value) {
    const living here;
    co_await yield();
    co_return value;
}

task<int> sum_of_two(int value) {
    const living here;
    auto below = spawn(after_a_yield(value));
    const int got = co_await std::move(below);
    co_return got + 1;
}

TEST(R7, a_task_that_suspends_while_it_is_joined_inline_resumes_its_joiner_and_all_below) {
    const auto body = []() -> task<int> {
        int sum = 0;
        for (int i = 0; i < 1000; ++i) {
            auto middle = spawn(sum_of_two(i));
            sum += co_await std::move(middle);
        }
        co_return sum;
    };
    for (const unsigned shards : {1u, 2u}) EXPECT_EQ(run({.shards = shards}, body), 999 * 500 + 1000);
    EXPECT_EQ(living::count.load(), 0);
}

task<int> fails() {
    throw std::logic_error("on purpose");
    co_return 0;
}

TEST(P17, an_exception_of_a_task_joined_inline_reaches_the_joiner) {
    const auto body = []() -> task<int> {
        int caught = 0;
        for (int i = 0; i < 100; ++i) {
            auto child = spawn(fails());
            try {
                (void)co_await std::move(child);
            } catch (const std::logic_error&) {
                ++caught;
            }
        }
        co_return caught;
    };
    EXPECT_EQ(run({.shards = 1}, body), 100);
}

task<> raise_flag(std::atomic<bool>& flag) {
    flag = true;
    co_return;
}

task<int> nothing() { co_return 0; }

TEST(P11, tasks_that_fork_and_join_for_ever_let_the_others_of_their_shard_run) {
    const auto body = []() -> task<int> {
        std::atomic<bool> flag{false};
        auto other = spawn(raise_flag(flag), pinned{0});
        int rounds = 0;
        for (; !flag; ++rounds) {
            auto child = spawn(nothing());
            (void)co_await std::move(child);
        }
        co_await std::move(other);
        co_return rounds;
    };
    // The two kinds of tasks take turns, and a turn has at most 65 inline ones.
    EXPECT_LE(run({.shards = 1, .tasks_per_turn = 64}, body), 130);
}

TEST(P11, tasks_that_fork_and_join_for_ever_let_messages_in) {
    const auto body = []() -> task<int> {
        const auto receiver = []() -> task<std::uint64_t> {
            const auto got = co_await this_shard::next_event();
            co_return got ? got->value : 0;
        };
        auto waiting = spawn(receiver(), pinned{0});
        co_await yield(); // it waits now
        (void)this_shard::remote(0).post(1, 7);
        int rounds = 0;
        for (; !waiting.ready(); ++rounds) {
            auto child = spawn(nothing());
            (void)co_await std::move(child);
        }
        co_return rounds;
    };
    EXPECT_LE(run({.shards = 1, .tasks_per_turn = 64}, body), 130);
}

task<> wait_for_ever(channel<int>& quiet, std::atomic<bool>& reached) {
    const living here;
    reached = true;
    reached.notify_all();
    for (;;) {
        const auto got = co_await quiet.receive();
        (void)got;
        co_await yield();
    }
}

task<> joins(int levels, channel<int>& quiet, std::atomic<bool>& reached) {
    const living here;
    auto below = levels == 0 ? spawn(wait_for_ever(quiet, reached)) : spawn(joins(levels - 1, quiet, reached));
    co_await std::move(below);
}

TEST(P9, a_stop_destroys_every_task_of_a_chain_of_joiners_once) {
    channel<int> quiet(1);
    for (int round = 0; round < 20; ++round) {
        std::atomic<bool> reached{false};
        auto tested = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(tested.has_value());
        auto root = (*tested)->spawn(joins(5, quiet, reached), pinned{0});
        reached.wait(false);
        tested->reset();
        EXPECT_EQ(living::count.load(), 0);
        EXPECT_THROW(std::move(root).get(), task_stopped);
    }
}

} // namespace
} // namespace spargio
