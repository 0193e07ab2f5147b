#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace spargio {
namespace {

task<int> give(int value) { co_return value; }

/// How many stealable tasks have been started and have not begun.
struct waiting_count {
    int now = 0;
    int most = 0;
};

task<> count_down(waiting_count& count) {
    --count.now;
    co_return;
}

task<waiting_count> produce(int tasks) {
    waiting_count count;
    std::vector<join_handle<>> all;
    for (int i = 0; i < tasks; ++i) {
        auto next = co_await spawn_when_room(count_down(count));
        if (!next) break;
        count.most = std::max(count.most, ++count.now);
        all.push_back(std::move(*next));
    }
    for (auto& each : all) co_await std::move(each);
    co_return count;
}

TEST(R10, spawn_when_room_keeps_no_more_tasks_waiting_than_the_queue_holds) {
    const auto count = run({.shards = 1, .stealable_capacity = 8}, [] { return produce(1000); });
    EXPECT_EQ(count.now, 0);
    // A task that was started while the producer slept counts as soon as the producer goes on.
    EXPECT_LE(count.most, 8);
    EXPECT_GE(count.most, 7);
}

TEST(R10, many_producers_that_wait_for_room_all_get_it) {
    const auto body = []() -> task<int> {
        std::atomic<int> done{0};
        const auto count_up = [](std::atomic<int>& into) -> task<> {
            ++into;
            co_return;
        };
        const auto producer = [&]() -> task<> {
            for (int i = 0; i < 100; ++i) {
                auto child = co_await spawn_when_room(count_up(done));
                if (child) co_await std::move(*child);
            }
        };
        std::vector<join_handle<>> producers;
        for (std::uint32_t i = 0; i < 20; ++i) producers.push_back(spawn(producer(), round_robin{}));
        for (auto& each : producers) co_await std::move(each);
        co_return done.load();
    };
    EXPECT_EQ(run_on({.shards = 2, .stealable_capacity = 1}, 0, body), 2000);
}

/// Fills the queue of shard 0, has `child` wait for room, and does `then` to it.
template <class Then>
task<errc> wait_in_vain(bool& begun, Then then) {
    const auto never = [](bool& flag) -> task<> {
        flag = true;
        co_return;
    };
    const auto wait = [&]() -> task<errc> {
        auto answer = co_await spawn_when_room(never(begun));
        co_return answer ? errc{} : answer.error();
    };
    auto waiter = spawn(wait(), pinned{0});
    auto filler = spawn(give(1));
    // The waiter runs before the newest stealable task is through only once: pinned and stealable take turns.
    then(waiter);
    const errc answer = co_await std::move(waiter);
    (void)co_await std::move(filler);
    co_return answer;
}

TEST(R10, a_cancelled_wait_for_room_starts_nothing) {
    bool begun = false;
    const auto cancelled = [](join_handle<errc>& waiter) { waiter.cancel(); };
    EXPECT_EQ(run_on({.shards = 1, .stealable_capacity = 1}, 0, [&] { return wait_in_vain(begun, cancelled); }),
              errc::canceled);
    EXPECT_FALSE(begun);
}

TEST(R10, a_wait_for_room_answers_closed_when_the_runtime_stops) {
    bool begun = false;
    const auto stopped = [](join_handle<errc>&) { this_shard::context().handle().stop(); };
    EXPECT_EQ(run_on({.shards = 1, .stealable_capacity = 1}, 0, [&] { return wait_in_vain(begun, stopped); }),
              errc::closed);
    EXPECT_FALSE(begun);
}

TEST(R10, try_spawn_of_a_handle_refuses_when_the_queue_is_full_and_leaves_the_task_to_the_caller) {
    auto started = runtime::start({.shards = 1, .stealable_capacity = 4});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    std::atomic<int> gate{0};
    const auto hold = [&gate]() -> task<> {
        gate.store(1);
        while (gate.load() != 2) {
        }
        co_return;
    };
    auto holder = handle.spawn(hold(), pinned{0});
    while (gate.load() != 1) {
    }
    // The shard is busy in one task: whatever is accepted now stays on its way.
    std::vector<join_handle<int>> accepted;
    for (int i = 0; i < 10; ++i)
        if (auto next = handle.try_spawn(give(i))) accepted.push_back(std::move(*next));
    EXPECT_EQ(accepted.size(), 4u);
    auto refused = give(0);
    const auto answer = handle.try_spawn(std::move(refused), stealable_preferred{0});
    EXPECT_TRUE(!answer && answer.error() == errc::overloaded && static_cast<bool>(refused));
    auto fixed = handle.try_spawn(give(17), pinned{0}); // pinned tasks need no room
    gate.store(2);
    std::move(holder).get();
    for (int i = 0; auto& each : accepted) EXPECT_EQ(std::move(each).get(), i++);
    ASSERT_TRUE(fixed.has_value());
    EXPECT_EQ(std::move(*fixed).get(), 17);
    // And the room comes back.
    auto later = handle.try_spawn(give(5));
    ASSERT_TRUE(later.has_value());
    EXPECT_EQ(std::move(*later).get(), 5);
}

TEST(R10, try_spawn_to_a_preferred_shard_refuses_when_that_shard_is_full) {
    const auto body = []() -> task<bool> {
        std::atomic<int> gate{0};
        const auto hold = [](std::atomic<int>& flag) -> task<> {
            flag.store(1);
            while (flag.load() != 2) {
            }
            co_return;
        };
        auto holder = spawn(hold(gate), pinned{1});
        while (gate.load() != 1) {
        }
        std::vector<join_handle<int>> accepted;
        for (int i = 0; i < 5; ++i) {
            auto next = try_spawn(give(i), stealable_preferred{1});
            if (next) accepted.push_back(std::move(*next));
        }
        auto at_home = try_spawn(give(9));
        gate.store(2);
        co_await std::move(holder);
        const bool bounded = accepted.size() == 2 && at_home.has_value();
        for (auto& each : accepted) (void)co_await std::move(each);
        if (at_home) (void)co_await std::move(*at_home);
        co_return bounded;
    };
    EXPECT_TRUE(run_on({.shards = 2, .stealable_capacity = 2, .steal_budget = 0}, 0, body));
}

} // namespace
} // namespace spargio
