#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace spargio {
namespace {

task<int> add(mutex& lock, std::uint64_t& sum, int times) {
    int refused = 0;
    for (int i = 0; i < times; ++i) {
        const auto held = co_await lock.lock();
        if (!held) {
            ++refused;
            continue;
        }
        const std::uint64_t before = sum;
        if (i % 16 == 0) co_await yield();
        sum = before + 1;
    }
    co_return refused;
}

class R38_mutex : public testing::TestWithParam<std::uint32_t> {};

TEST_P(R38_mutex, keeps_others_out_across_suspensions_and_shards) {
    constexpr int tasks = 6;
    constexpr int times = 3000;
    const auto body = [](std::uint32_t shards) -> task<std::uint64_t> {
        mutex lock;
        std::uint64_t sum = 0;
        std::vector<join_handle<int>> all;
        for (std::uint32_t i = 0; i < tasks; ++i)
            all.push_back(
                spawn(add(lock, sum, times), i % 2 == 0 ? placement(pinned{i % shards}) : stealable{}));
        int refused = 0;
        for (auto& each : all) refused += co_await std::move(each);
        co_return sum + static_cast<std::uint64_t>(refused) * 1'000'000;
    };
    EXPECT_EQ(run({.shards = GetParam()}, [&] { return body(GetParam()); }), tasks * times);
}

INSTANTIATE_TEST_SUITE_P(shards, R38_mutex, testing::Values(1, 2, 4));

TEST(R38, a_mutex_is_handed_over_in_order_of_arrival) {
    const auto body = []() -> task<std::vector<int>> {
        mutex lock;
        std::vector<int> order;
        auto held = co_await lock.lock();
        const auto waits = [](mutex& of, std::vector<int>& into, int me) -> task<> {
            const auto mine = co_await of.lock();
            into.push_back(me);
        };
        std::vector<join_handle<>> all;
        for (int i = 0; i < 4; ++i) {
            all.push_back(spawn(waits(lock, order, i), pinned{0}));
            co_await yield();
        }
        held->unlock();
        order.push_back(lock.try_lock() ? 99 : -1); // nobody overtakes
        for (auto& each : all) co_await std::move(each);
        co_return order;
    };
    EXPECT_EQ(run({.shards = 1}, body), (std::vector{-1, 0, 1, 2, 3}));
}

TEST(R38, a_mutex_that_is_held_can_not_be_tried) {
    mutex lock;
    auto held = lock.try_lock();
    EXPECT_TRUE(held);
    EXPECT_FALSE(lock.try_lock());
    auto moved = std::move(held);
    EXPECT_FALSE(held.owns_lock());
    EXPECT_FALSE(lock.try_lock());
    mutex other;
    moved = other.try_lock();
    EXPECT_TRUE(lock.try_lock()) << "assigning to a guard lets go what it held";
    moved.unlock();
    moved.unlock();
    EXPECT_TRUE(other.try_lock());
}

TEST(R38, a_cancelled_lock_is_not_held_and_lets_the_next_one_through) {
    const auto body = []() -> task<int> {
        int good = 0;
        for (int i = 0; i < 300; ++i) {
            mutex lock;
            auto held = co_await lock.lock();
            const auto waits = [](mutex& of) -> task<bool> {
                const auto mine = co_await of.lock();
                co_return !mine && mine.error() == errc::canceled;
            };
            auto cancelled = spawn(waits(lock), pinned{1});
            if (i % 2 == 0) co_await yield();
            auto patient = spawn(waits(lock), pinned{1});
            cancelled.cancel();
            if (i % 3 == 0) co_await yield();
            held->unlock();
            const bool refused = co_await std::move(patient);
            const bool canceled = co_await std::move(cancelled);
            // The cancelled one may have been handed the lock before it was cancelled; the patient one always
            // gets it.
            good += !refused && lock.try_lock() && (canceled || i % 2 == 0);
        }
        co_return good;
    };
    EXPECT_EQ(run({.shards = 2}, body), 300);
}

TEST(R38, a_task_that_was_cancelled_before_takes_no_lock_unless_it_insists) {
    const auto body = []() -> task<bool> {
        mutex lock;
        const auto tries = [](mutex& of) -> task<bool> {
            co_await this_task::cancelled();
            const auto refused = co_await of.lock();
            auto insists = co_await of.lock_regardless();
            const bool got = insists.owns_lock();
            insists.unlock();
            co_return !refused && got && of.try_lock();
        };
        auto child = spawn(tries(lock));
        child.cancel();
        const bool as_wished = co_await std::move(child);
        co_return as_wished;
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST(R38, a_cancellation_does_not_end_a_lock_that_insists) {
    const auto body = []() -> task<bool> {
        mutex lock;
        bool free = false;
        std::optional<mutex::guard> held(lock.try_lock());
        const auto insists = [](mutex& of, const bool& is_free) -> task<bool> {
            const auto mine = co_await of.lock_regardless();
            co_return mine.owns_lock() && is_free;
        };
        auto child = spawn(insists(lock, free), pinned{1});
        for (int i = 0; i < 50; ++i) {
            co_await yield();
            child.cancel();
        }
        free = true;
        held.reset();
        const bool waited = co_await std::move(child);
        co_return waited;
    };
    EXPECT_TRUE(run({.shards = 2}, body));
}

TEST(R38, a_foreign_thread_may_let_a_guard_go) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    mutex lock;
    const auto waits = [](mutex& of) -> task<bool> {
        const auto mine = co_await of.lock();
        co_return mine.has_value();
    };
    for (int i = 0; i < 300; ++i) {
        auto held = lock.try_lock();
        ASSERT_TRUE(held);
        auto task = (*started)->spawn(waits(lock), pinned{static_cast<std::uint32_t>(i % 2)});
        if (i % 3 == 0) std::this_thread::yield();
        held.unlock();
        ASSERT_TRUE(std::move(task).get());
    }
}

TEST(R38, who_gets_a_mutex_last_may_destroy_it) {
    const auto body = []() -> task<int> {
        const auto last = [](std::unique_ptr<mutex> own) -> task<int> {
            auto held = co_await own->lock();
            held->unlock();
            own.reset();
            co_return 1;
        };
        int count = 0;
        for (int i = 0; i < 500; ++i) {
            auto owned = std::make_unique<mutex>();
            auto held = owned->try_lock();
            auto other = spawn(last(std::move(owned)), pinned{1});
            if (i % 2 == 0) co_await yield();
            held.unlock();
            count += co_await std::move(other);
        }
        co_return count;
    };
    EXPECT_EQ(run({.shards = 2}, body), 500);
}

TEST(R38, a_stop_gives_back_a_mutex_that_tasks_of_the_runtime_hold_and_wait_for) {
    mutex lock;
    for (int i = 0; i < 20; ++i) {
        auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(started.has_value());
        const auto holds = [](mutex& of) -> task<> {
            const auto mine = co_await of.lock();
            channel<int> silent(1);
            for (;;) {
                const auto got = co_await silent.receive();
                (void)got;
            }
        };
        for (std::uint32_t j = 0; j < 6; ++j) (*started)->spawn(holds(lock), pinned{j % 2}).detach();
        started->reset();
        ASSERT_TRUE(lock.try_lock()) << "held by a task that is gone";
    }
}

TEST(R38, a_mutex_may_go_before_the_guards_when_a_runtime_stops) {
    auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto holds = [](mutex& of) -> task<> {
        const auto mine = co_await of.lock();
        channel<int> silent(1);
        const auto got = co_await silent.receive();
        (void)got;
    };
    const auto owner = [&holds]() -> task<> {
        mutex lock;
        spawn(holds(lock), pinned{1}).detach();
        spawn(holds(lock), pinned{1}).detach();
        spawn(holds(lock), pinned{0}).detach();
        co_await this_task::cancelled();
    };
    (*started)->spawn(owner(), pinned{0}).detach();
    const auto turns = []() -> task<> {
        for (int i = 0; i < 20; ++i) co_await yield();
    };
    for (std::uint32_t shard = 0; shard < 2; ++shard) {
        auto turning = (*started)->spawn(turns(), pinned{shard});
        std::move(turning).get();
    }
}

} // namespace
} // namespace spargio
