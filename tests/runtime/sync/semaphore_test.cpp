#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace spargio {
namespace {

task<> take(semaphore& from, std::size_t units, std::vector<int>& order, int me) {
    const auto got = co_await from.acquire(units);
    order.push_back(got ? me : -me);
}

TEST(R38, no_more_units_are_out_than_there_are) {
    const auto body = []() -> task<std::size_t> {
        constexpr std::size_t units = 5;
        semaphore from(units);
        std::atomic<std::size_t> out{0};
        std::atomic<std::size_t> most{0};
        const auto worker = [&](std::size_t wanted) -> task<> {
            for (int i = 0; i < 2000; ++i) {
                const auto got = co_await from.acquire(wanted);
                if (!got) co_return;
                const std::size_t now = out.fetch_add(wanted) + wanted;
                for (auto seen = most.load(); now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                if (i % 8 == 0) co_await yield();
                out.fetch_sub(wanted);
                from.release(wanted);
            }
        };
        std::vector<join_handle<>> all;
        for (std::uint32_t i = 0; i < 8; ++i) all.push_back(spawn(worker(1 + i % 4), pinned{i % 2}));
        for (auto& each : all) co_await std::move(each);
        co_return most.load() <= units&& most.load() > 1 ? from.available() : 0;
    };
    EXPECT_EQ(run({.shards = 2}, body), 5);
}

TEST(R38, who_wants_many_units_is_not_overtaken) {
    const auto body = []() -> task<std::vector<int>> {
        semaphore from(2);
        std::vector<int> order;
        std::vector<join_handle<>> all;
        all.push_back(spawn(take(from, 3, order, 1), pinned{0}));
        co_await yield();
        all.push_back(spawn(take(from, 1, order, 2), pinned{0}));
        co_await yield();
        order.push_back(from.try_acquire() ? 99 : 0);
        from.release(1);
        co_await yield();
        co_await yield();
        order.push_back(0);
        from.release(1);
        for (auto& each : all) co_await std::move(each);
        co_return order;
    };
    EXPECT_EQ(run({.shards = 1}, body), (std::vector{0, 1, 0, 2}));
}

TEST(R38, a_cancelled_acquire_takes_no_unit) {
    const auto body = []() -> task<std::size_t> {
        semaphore from(0);
        const auto waits = [](semaphore& of) -> task<bool> {
            const auto got = co_await of.acquire(2);
            co_return got.has_value();
        };
        for (int i = 0; i < 500; ++i) {
            auto waiting = spawn(waits(from), pinned{this_shard::count() - 1});
            if (i % 2 == 0) co_await yield();
            waiting.cancel();
            from.release(2);
            const bool got = co_await std::move(waiting);
            if (got) from.release(2);
            if (from.available() != 2 || !from.try_acquire(2)) co_return 1000 + from.available();
        }
        co_return from.available();
    };
    EXPECT_EQ(run({.shards = 1}, body), 0);
    EXPECT_EQ(run_on({.shards = 2}, 0, body), 0);
}

TEST(R38, a_cancelled_acquire_lets_those_behind_it_through) {
    const auto body = []() -> task<std::vector<int>> {
        semaphore from(1);
        std::vector<int> order;
        auto big = spawn(take(from, 5, order, 1), pinned{0});
        co_await yield();
        auto small = spawn(take(from, 1, order, 2), pinned{0});
        co_await yield();
        big.cancel();
        co_await std::move(small);
        co_await std::move(big);
        co_return order;
    };
    EXPECT_EQ(run({.shards = 1}, body), (std::vector{-1, 2}));
}

TEST(R38, a_task_that_was_cancelled_before_takes_no_unit) {
    const auto body = []() -> task<std::size_t> {
        semaphore from(1);
        const auto tries = [](semaphore& of) -> task<bool> {
            co_await this_task::cancelled();
            const auto got = co_await of.acquire();
            co_return !got && got.error() == errc::canceled;
        };
        auto child = spawn(tries(from));
        child.cancel();
        const bool refused = co_await std::move(child);
        co_return refused ? from.available() : 9;
    };
    EXPECT_EQ(run({.shards = 1}, body), 1);
}

TEST(R38, foreign_threads_release_and_wake_sleeping_shards) {
    constexpr int each = 2000;
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    semaphore from(0);
    const auto waits = [](semaphore& of) -> task<int> {
        int got = 0;
        for (int i = 0; i < each; ++i) {
            const auto unit = co_await of.acquire();
            got += unit.has_value();
        }
        co_return got;
    };
    auto one = (*started)->spawn(waits(from), pinned{0});
    auto two = (*started)->spawn(waits(from), pinned{1});
    std::vector<std::thread> outside;
    for (int i = 0; i < 2; ++i)
        outside.emplace_back([&] {
            for (int j = 0; j < each; ++j) from.release();
        });
    EXPECT_EQ(std::move(one).get() + std::move(two).get(), 2 * each);
    for (auto& thread : outside) thread.join();
    EXPECT_EQ(from.available(), 0);
}

TEST(R38, one_release_serves_as_many_as_it_is_enough_for) {
    const auto body = []() -> task<std::size_t> {
        semaphore from(0);
        std::vector<int> order;
        std::vector<join_handle<>> all;
        for (int i = 1; i <= 5; ++i) all.push_back(spawn(take(from, 2, order, i), pinned{0}));
        co_await yield();
        from.release(11);
        for (auto& each : all) co_await std::move(each);
        std::ranges::sort(order); // they were served in order; they run as the shard likes
        co_return order == std::vector{1, 2, 3, 4, 5} ? from.available() : 99;
    };
    EXPECT_EQ(run({.shards = 1}, body), 1);
}

TEST(R38, a_stop_gives_back_units_that_were_granted_to_a_task_that_never_went_on) {
    for (int i = 0; i < 200; ++i) {
        semaphore from(0);
        {
            auto started = runtime::start({.shards = 1, .stop_grace = std::chrono::milliseconds(0)});
            ASSERT_TRUE(started.has_value());
            std::atomic<bool> waits{false};
            std::atomic<std::size_t> kept{0};
            const auto taker = [](semaphore& of, std::atomic<bool>& here,
                                  std::atomic<std::size_t>& took) -> task<> {
                here = true;
                const auto got = co_await of.acquire(3);
                if (got) took = 3;
            };
            (*started)->spawn(taker(from, waits, kept)).detach();
            while (!waits.load()) std::this_thread::yield();
            std::thread stopping([&] { (*started)->stop(); });
            from.release(3);
            stopping.join();
            started->reset();
            if (kept.load() != 0) from.release(kept.load());
        }
        ASSERT_EQ(from.available(), 3) << "in round " << i;
    }
}

} // namespace
} // namespace spargio
