#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <csignal>
#include <pthread.h>
#include <sched.h>

namespace spargio {
namespace {

TEST(R12, a_blocking_function_runs_off_the_shards_and_its_result_comes_back_to_the_task) {
    const auto body = []() -> task<bool> {
        const auto mine = std::this_thread::get_id();
        auto job = spawn_blocking([] { return std::this_thread::get_id(); });
        if (!job) co_return false;
        const auto there = co_await std::move(*job);
        co_return there != mine&& std::this_thread::get_id() == mine&& this_shard::id() == 1;
    };
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(run_on({.shards = 2}, 1, body));
}

TEST(R12, a_shard_goes_on_with_other_tasks_while_a_function_blocks) {
    const auto body = []() -> task<int> {
        std::binary_semaphore gate(0);
        auto job = spawn_blocking([&gate] { gate.acquire(); });
        int turns = 0;
        for (; turns < 1000; ++turns) co_await yield();
        const bool still_blocked = !job->ready();
        gate.release(); // by a task of the only shard: a blocked shard would never come here
        co_await std::move(*job);
        co_return still_blocked ? turns : -1;
    };
    EXPECT_EQ(run_on({.shards = 1}, 0, body), 1000);
}

TEST(R12, a_blocking_function_is_joined_from_a_foreign_thread_and_may_return_nothing_or_what_only_moves) {
    const auto runtime = start({.shards = 1});
    const auto handle = runtime->handle();
    bool ran = false;
    auto nothing = handle.spawn_blocking([&ran] { ran = true; });
    std::move(*nothing).get();
    EXPECT_TRUE(ran);
    auto moves = handle.spawn_blocking([] { return std::make_unique<int>(7); });
    EXPECT_EQ(*std::move(*moves).get(), 7);
}

TEST(R12, an_exception_of_a_blocking_function_reaches_the_joiner) {
    const auto runtime = start({.shards = 1});
    auto job = runtime->handle().spawn_blocking([]() -> int { throw std::runtime_error("no"); });
    EXPECT_THROW(std::move(*job).get(), std::runtime_error);
}

TEST(R12, a_full_pool_with_a_full_queue_says_overloaded_and_runs_all_that_it_has_taken) {
    const auto runtime = start({.shards = 1, .blocking_threads = 2, .blocking_queue = 3});
    const auto handle = runtime->handle();
    std::counting_semaphore<> gate(0);
    std::atomic<int> ran{0};
    const auto hold = [&] {
        gate.acquire();
        ++ran;
    };
    std::vector<join_handle<>> taken;
    int refused = 0;
    for (int i = 0; i < 12; ++i) {
        auto job = handle.spawn_blocking(hold);
        if (job)
            taken.push_back(std::move(*job));
        else if (job.error() == errc::overloaded)
            ++refused;
    }
    // None has ended: two have threads (or will), three wait.
    ASSERT_EQ(taken.size(), 5u);
    EXPECT_EQ(refused, 7);
    EXPECT_EQ(handle.blocking().refused, 7u);
    EXPECT_LE(handle.blocking().threads, 2u);
    gate.release(5);
    for (auto& each : taken) std::move(each).get();
    EXPECT_EQ(ran.load(), 5);
    auto later = handle.spawn_blocking([] { return 1; });
    ASSERT_TRUE(later.has_value());
    EXPECT_EQ(std::move(*later).get(), 1);
}

TEST(R12, threads_are_made_when_needed_and_used_again) {
    const auto runtime = start({.shards = 1, .blocking_threads = 8, .blocking_idle = std::chrono::hours(1)});
    const auto handle = runtime->handle();
    EXPECT_EQ(handle.blocking().threads, 0u);
    for (int i = 0; i < 100; ++i) {
        auto job = handle.spawn_blocking([i] { return i; });
        EXPECT_EQ(std::move(*job).get(), i);
    }
    // One after the other; the next may come before the last has gone back to waiting, so not always one.
    EXPECT_LE(handle.blocking().threads_made, 8u);
    std::counting_semaphore<> gate(0);
    std::vector<join_handle<>> all;
    for (int i = 0; i < 8; ++i) all.push_back(*handle.spawn_blocking([&gate] { gate.acquire(); }));
    EXPECT_EQ(handle.blocking().threads, 8u);
    gate.release(8);
    for (auto& each : all) std::move(each).get();
    EXPECT_EQ(handle.blocking().threads_made, 8u);
}

TEST(R12, idle_threads_are_retired) {
    const auto runtime =
        start({.shards = 1, .blocking_threads = 4, .blocking_idle = std::chrono::milliseconds(1)});
    const auto handle = runtime->handle();
    for (int round = 0; round < 3; ++round) {
        std::vector<join_handle<>> all;
        for (int i = 0; i < 4; ++i) all.push_back(*handle.spawn_blocking([] {}));
        for (auto& each : all) std::move(each).get();
        while (handle.blocking().threads != 0) std::this_thread::yield(); // a thread that stays hangs here
    }
    EXPECT_EQ(handle.blocking().done, 12u);
}

TEST(R12, stop_runs_no_function_that_has_not_begun_and_its_joiners_learn_that) {
    auto runtime = start({.shards = 2, .stop_grace = std::chrono::minutes(1), .blocking_threads = 1});
    const auto handle = runtime->handle();
    std::binary_semaphore begun(0);
    std::binary_semaphore gate(0);
    std::atomic<int> ran{0};
    auto first = handle.spawn_blocking([&] {
        begun.release();
        gate.acquire();
        return 7;
    });
    begun.acquire();
    const auto join_second = [&]() -> task<bool> {
        auto second = spawn_blocking([&ran] { ++ran; });
        handle.stop();
        const auto third = spawn_blocking([&ran] { ++ran; });
        bool stopped = false;
        try {
            co_await std::move(*second);
        } catch (const task_stopped&) {
            stopped = !third && third.error() == errc::closed;
        }
        co_return stopped;
    };
    auto joiner = handle.spawn(join_second(), pinned{1});
    EXPECT_TRUE(std::move(joiner).get());
    // And a running function is waited for: its task gets the result during the grace.
    gate.release();
    EXPECT_EQ(std::move(*first).get(), 7);
    runtime.reset();
    EXPECT_EQ(ran.load(), 0);
    EXPECT_EQ(handle.blocking().left_behind, 0u);
}

TEST(R12, a_task_that_joins_a_running_function_gets_its_result_after_a_stop) {
    auto runtime = start({.shards = 2, .stop_grace = std::chrono::minutes(1)});
    std::binary_semaphore begun(0);
    std::binary_semaphore gate(0);
    std::atomic<int> result{0};
    const auto body = [&]() -> task<> {
        auto job = spawn_blocking([&] {
            begun.release();
            gate.acquire();
            return 7;
        });
        result = co_await std::move(*job);
    };
    runtime->spawn(body(), pinned{1}).detach();
    begun.acquire();
    auto over = runtime->shutdown();
    // The shards have nothing to run now, and must stay all the same.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    gate.release();
    over.wait();
    EXPECT_EQ(result.load(), 7);
}

TEST(R12, a_function_that_outlasts_the_grace_is_left_behind_and_its_task_is_destroyed) {
    std::binary_semaphore begun(0);
    std::binary_semaphore gate(0);
    std::binary_semaphore gone(0);
    std::atomic<bool> resumed{false};
    auto runtime = start({.shards = 2, .stop_grace = std::chrono::milliseconds(1)});
    const auto handle = runtime->handle();
    const auto body = [&]() -> task<> {
        auto job = spawn_blocking([&] {
            begun.release();
            gate.acquire();
            gone.release();
        });
        co_await std::move(*job);
        resumed = true;
    };
    auto joiner = handle.spawn(body(), pinned{1});
    begun.acquire();
    runtime.reset(); // comes back although the function does not
    EXPECT_THROW(std::move(joiner).get(), task_stopped);
    EXPECT_EQ(handle.blocking().left_behind, 1u);
    gate.release();
    gone.acquire();
    while (handle.blocking().running != 0) std::this_thread::yield();
    EXPECT_FALSE(resumed.load());
}

TEST(R12, functions_that_end_while_the_runtime_stops_wake_no_destroyed_task) {
    for (int round = 0; round < 100; ++round) {
        auto runtime = start({.shards = 2, .stop_grace = std::chrono::milliseconds(0), .blocking_threads = 4});
        const auto body = []() -> task<> {
            for (;;) {
                auto job = spawn_blocking([] { std::this_thread::yield(); });
                if (!job) co_return;
                co_await std::move(*job);
            }
        };
        for (int i = 0; i < 8; ++i) runtime->spawn(body(), round_robin{}).detach();
        for (int i = 0; i < round % 10; ++i) std::this_thread::yield();
        runtime.reset();
    }
}

TEST(R12, the_threads_of_the_pool_take_no_signals_and_are_not_bound_with_their_shard) {
    cpu_set_t before;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    const auto body = [&]() -> task<bool> {
        auto job = spawn_blocking([&before] {
            sigset_t blocked;
            pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
            cpu_set_t mine;
            sched_getaffinity(0, sizeof mine, &mine);
            return sigismember(&blocked, SIGUSR1) == 1 && CPU_EQUAL(&mine, &before) != 0;
        });
        co_return co_await std::move(*job);
    };
    EXPECT_TRUE(run_on({.shards = 2, .affinity = shard_affinity::automatic()}, 1, body));
    EXPECT_TRUE(run_on({.shards = 2}, 1, body));
}

TEST(R12, the_pool_leaks_no_thread) {
    const auto threads = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
    };
    std::thread([] {}).join(); // with the first one a sanitizer starts its own
    const auto before = threads();
    for (int i = 0; i < 30; ++i) {
        const auto runtime = start({.shards = 1});
        auto job = runtime->handle().spawn_blocking([] {});
        std::move(*job).get();
    }
    // The kernel lists a thread for a moment after it was joined. One that leaked is listed for ever.
    while (threads() > before) std::this_thread::yield();
}

} // namespace
} // namespace spargio
