#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace spargio {
namespace {

task<int> answer(int value) { co_return value; }

TEST(R7, a_foreign_thread_gets_the_result) {
    const auto tested = start(2);
    auto handle = tested->spawn(answer(42));
    EXPECT_EQ(std::move(handle).get(), 42);
}

TEST(R7, a_foreign_thread_gets_the_exception) {
    const auto tested = start(1);
    const auto body = []() -> task<> {
        throw std::logic_error("on purpose");
        co_return;
    };
    auto handle = tested->spawn(body());
    EXPECT_THROW(std::move(handle).get(), std::logic_error);
}

TEST(R7, a_join_that_comes_before_the_end_and_one_that_comes_after_both_work) {
    const auto body = []() -> task<int> {
        auto late = spawn(answer(1), pinned{0});
        const int from_running = co_await std::move(late);
        auto early = spawn(answer(2), pinned{0});
        while (!early.ready()) co_await yield();
        const int from_finished = co_await std::move(early);
        co_return from_running * 10 + from_finished;
    };
    EXPECT_EQ(run({.shards = 1}, body), 12);
}

TEST(R7, a_detached_task_runs_to_its_end) {
    const auto tested = start(2);
    std::promise<int> ran;
    const auto body = [](std::promise<int>& into) -> task<> {
        co_await yield();
        into.set_value(5);
    };
    tested->spawn(body(ran)).detach();
    EXPECT_EQ(ran.get_future().get(), 5);
}

task<errc> wait_for_ever() {
    const auto got = co_await this_shard::next_event();
    co_return got ? errc{} : got.error();
}

TEST(R7, cancelling_wakes_a_task_that_waits) {
    const auto tested = start(2);
    auto handle = tested->spawn(wait_for_ever(), pinned{1});
    handle.cancel();
    EXPECT_EQ(std::move(handle).get(), errc::canceled);
}

TEST(R7, cancelling_a_thousand_waits_from_another_thread_gives_each_one_answer) {
    const auto tested = start(2);
    for (int i = 0; i < 1000; ++i) {
        auto handle = tested->spawn(wait_for_ever(), pinned{static_cast<std::uint32_t>(i % 2)});
        if (i % 3 == 0) std::this_thread::yield();
        handle.cancel();
        handle.cancel();
        ASSERT_EQ(std::move(handle).get(), errc::canceled);
    }
}

TEST(R7, a_task_whose_wait_was_cancelled_goes_on_on_its_own_shard) {
    const auto tested = start(2);
    const auto body = []() -> task<bool> {
        const auto before = this_shard::id();
        (void)co_await this_shard::next_event();
        co_return before == this_shard::id();
    };
    for (int i = 0; i < 200; ++i) {
        auto handle = tested->spawn(body());
        handle.cancel();
        ASSERT_TRUE(std::move(handle).get());
    }
}

TEST(R5, many_foreign_threads_spawn_and_join_at_once) {
    const auto tested = start(2);
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller)
        callers.emplace_back([&, handle = tested->handle()] {
            for (int i = 0; i < 2000; ++i) {
                auto joined = handle.spawn(answer(i));
                if (std::move(joined).get() != i) ++wrong;
            }
        });
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(wrong.load(), 0);
}

TEST(R5, a_handle_that_outlives_its_runtime_answers_as_stopped) {
    auto tested = start(1);
    const runtime_handle handle = tested->handle();
    tested.reset();
    auto late = handle.spawn(answer(1));
    EXPECT_THROW(std::move(late).get(), task_stopped);
}

TEST(R5, a_join_handle_that_outlives_its_runtime_can_be_dropped_and_joined) {
    auto tested = start(1);
    auto finished = tested->spawn(answer(3));
    auto dropped = tested->spawn(wait_for_ever());
    const auto forever = []() -> task<> {
        channel<int> silent(1);
        (void)co_await silent.receive();
    };
    auto unfinished = tested->spawn(forever());
    while (!finished.ready()) std::this_thread::yield();
    tested.reset();
    EXPECT_EQ(std::move(finished).get(), 3);
    EXPECT_THROW(std::move(unfinished).get(), task_stopped);
}

} // namespace
} // namespace spargio
