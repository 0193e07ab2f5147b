#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

namespace spargio {
namespace {

struct queue {
    mutex lock;
    condition changed;
    std::deque<int> values;
};

task<long> consume(queue& from, int count) {
    long sum = 0;
    for (int i = 0; i < count; ++i) {
        auto held = co_await from.lock.lock();
        const auto there = co_await from.changed.wait(*held, [&] { return !from.values.empty(); });
        if (!there) break;
        sum += from.values.front();
        from.values.pop_front();
    }
    co_return sum;
}

task<> produce(queue& into, int first, int count) {
    for (int i = 0; i < count; ++i) {
        {
            auto held = co_await into.lock.lock();
            into.values.push_back(first + i);
        }
        into.changed.notify_one();
    }
}

TEST(R38, a_queue_made_of_mutex_and_condition_loses_nothing) {
    constexpr int count = 3000;
    const auto body = []() -> task<long> {
        queue between;
        std::vector<join_handle<long>> consumers;
        std::vector<join_handle<>> producers;
        for (std::uint32_t i = 0; i < 2; ++i) {
            consumers.push_back(spawn(consume(between, count), pinned{i}));
            producers.push_back(spawn(produce(between, static_cast<int>(i) * count, count), pinned{1 - i}));
        }
        long sum = 0;
        for (auto& each : consumers) sum += co_await std::move(each);
        for (auto& each : producers) co_await std::move(each);
        co_return sum;
    };
    constexpr long all = 2L * count;
    EXPECT_EQ(run({.shards = 2}, body), all * (all - 1) / 2);
}

task<int> wait_once(queue& on, int& inside) {
    auto held = co_await on.lock.lock();
    const auto notified = co_await on.changed.wait(*held);
    const int others = inside++;
    co_await yield();
    --inside;
    co_return (notified ? 1 : 2) + (held->owns_lock() && others == 0 ? 0 : 100);
}

TEST(R38, notifying_all_wakes_each_with_the_lock) {
    const auto body = []() -> task<int> {
        queue on;
        int inside = 0;
        std::vector<join_handle<int>> all;
        for (std::uint32_t i = 0; i < 6; ++i) all.push_back(spawn(wait_once(on, inside), pinned{i % 2}));
        // Each lets the lock go by waiting, and only by that.
        for (auto arrived = 0; arrived < 6;) {
            co_await yield();
            arrived = 0;
            on.changed.notify_all();
            for (const auto& each : all) arrived += each.ready();
        }
        int sum = 0;
        for (auto& each : all) sum += co_await std::move(each);
        co_return sum;
    };
    EXPECT_EQ(run({.shards = 2}, body), 6);
}

TEST(R38, notifying_one_wakes_who_has_waited_longest_and_nobody_else) {
    const auto body = []() -> task<std::vector<int>> {
        queue on;
        const auto waits = [](queue& of, int me) -> task<> {
            auto held = co_await of.lock.lock();
            (void)co_await of.changed.wait(*held);
            of.values.push_back(me);
        };
        std::vector<join_handle<>> all;
        for (int i = 0; i < 3; ++i) {
            all.push_back(spawn(waits(on, i), pinned{0}));
            co_await yield();
        }
        std::vector<int> sizes;
        for (int i = 0; i < 3; ++i) {
            on.changed.notify_one();
            for (int turn = 0; turn < 5; ++turn) co_await yield();
            sizes.push_back(static_cast<int>(on.values.size()));
        }
        for (auto& each : all) co_await std::move(each);
        sizes.insert(sizes.end(), on.values.begin(), on.values.end());
        co_return sizes;
    };
    EXPECT_EQ(run({.shards = 1}, body), (std::vector{1, 2, 3, 0, 1, 2}));
}

TEST(R38, a_cancelled_wait_has_the_lock_again_and_used_up_no_notification) {
    const auto body = []() -> task<int> {
        int right = 0;
        for (int i = 0; i < 300; ++i) {
            queue on;
            int inside = 0;
            auto cancelled = spawn(wait_once(on, inside), pinned{0});
            co_await yield();
            auto patient = spawn(wait_once(on, inside), pinned{0});
            co_await yield();
            cancelled.cancel();
            on.changed.notify_one();
            const int first = co_await std::move(cancelled);
            const int second = co_await std::move(patient);
            right += first == 2 && second == 1;
        }
        co_return right;
    };
    EXPECT_EQ(run({.shards = 1}, body), 300);
}

TEST(R38, a_task_that_was_cancelled_before_keeps_its_lock_and_does_not_wait) {
    const auto body = []() -> task<bool> {
        queue on;
        const auto waits = [](queue& of) -> task<bool> {
            auto held = of.lock.try_lock();
            co_await this_task::cancelled();
            const auto notified = co_await of.changed.wait(held);
            co_return !notified && notified.error() == errc::canceled && held.owns_lock() &&
                !of.lock.try_lock();
        };
        auto child = spawn(waits(on));
        child.cancel();
        const bool as_told = co_await std::move(child);
        co_return as_told&& on.lock.try_lock();
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

} // namespace
} // namespace spargio
