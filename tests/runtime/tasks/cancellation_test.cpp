#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>

namespace spargio {
namespace {

TEST(R36, cancelled_completes_when_the_task_is_asked_to_stop) {
    const auto tested = start(2);
    const auto body = []() -> task<bool> {
        co_await this_task::cancelled();
        co_return this_task::stop_requested();
    };
    for (int i = 0; i < 500; ++i) {
        auto handle = tested->spawn(body(), pinned{static_cast<std::uint32_t>(i % 2)});
        if (i % 3 == 0) std::this_thread::yield();
        handle.cancel();
        ASSERT_TRUE(std::move(handle).get());
    }
}

TEST(R36, cancelled_does_not_complete_by_itself) {
    std::atomic<bool> passed{false};
    const auto body = [&]() -> task<> {
        co_await this_task::cancelled();
        passed = true;
    };
    {
        const auto tested = start(1);
        tested->spawn(body()).detach();
        const auto other = []() -> task<> {
            for (int i = 0; i < 100; ++i) co_await yield();
        };
        auto joined = tested->spawn(other());
        std::move(joined).get();
    }
    EXPECT_FALSE(passed.load());
}

TEST(R36, a_task_that_computes_sees_the_request) {
    const auto tested = start(1);
    const auto body = []() -> task<int> {
        while (!this_task::stop_requested()) co_await yield();
        co_return 7;
    };
    auto handle = tested->spawn(body());
    handle.cancel();
    EXPECT_EQ(std::move(handle).get(), 7);
}

TEST(R36, a_request_concerns_only_the_task_that_it_was_made_to) {
    const auto body = []() -> task<bool> {
        const auto waits = []() -> task<> { co_await this_task::cancelled(); };
        auto one = spawn(waits());
        co_await yield();
        one.cancel();
        co_await std::move(one);
        co_return this_task::stop_requested();
    };
    EXPECT_FALSE(run({.shards = 2}, body));
}

TEST(R36, a_standard_stop_token_of_the_task_is_stopped_by_its_cancellation) {
    const auto tested = start(2);
    std::atomic<int> called{0};
    std::atomic<bool> registered{false};
    const auto body = [&]() -> task<bool> {
        const std::stop_token token = this_task::stop_token();
        const bool before = token.stop_requested();
        const std::stop_callback count(token, [&] { ++called; });
        registered = true;
        co_await this_task::cancelled();
        // Woken before the callbacks run, perhaps.
        while (!token.stop_requested()) co_await yield();
        co_return !before && this_task::stop_token() == token;
    };
    auto handle = tested->spawn(body());
    while (!registered.load()) std::this_thread::yield();
    handle.cancel();
    handle.cancel();
    EXPECT_TRUE(std::move(handle).get());
    EXPECT_EQ(called.load(), 1);
}

TEST(R36, a_token_asked_for_after_the_cancellation_is_stopped_already) {
    const auto tested = start(1);
    const auto body = []() -> task<bool> {
        co_await this_task::cancelled();
        co_return this_task::stop_token().stop_requested();
    };
    auto handle = tested->spawn(body());
    handle.cancel();
    EXPECT_TRUE(std::move(handle).get());
}

TEST(R36, a_token_may_outlive_its_task_and_is_stopped_by_a_late_cancellation) {
    auto tested = start(1);
    const auto body = []() -> task<std::stop_token> { co_return this_task::stop_token(); };
    auto handle = tested->spawn(body());
    while (!handle.ready()) std::this_thread::yield();
    handle.cancel();
    const std::stop_token token = std::move(handle).get();
    EXPECT_TRUE(token.stop_requested());
    auto never = tested->spawn(body());
    const std::stop_token orphan = std::move(never).get();
    EXPECT_FALSE(orphan.stop_requested());
    tested.reset();
    EXPECT_FALSE(orphan.stop_possible()) << "the header that held its source is still there";
}

TEST(R36, a_callback_may_stop_the_runtime_of_the_cancelled_task) {
    auto tested = start(1);
    std::promise<std::stop_token> given;
    const auto body = [](std::promise<std::stop_token>& into) -> task<> {
        into.set_value(this_task::stop_token());
        for (;;) co_await yield();
    };
    auto handle = tested->spawn(body(given));
    const std::stop_callback stop(given.get_future().get(), [&] { tested->shutdown().wait(); });
    handle.cancel();
    EXPECT_THROW(std::move(handle).get(), task_stopped);
}

TEST(R36, a_task_with_a_token_still_waits_and_is_woken) {
    const auto body = []() -> task<bool> {
        channel<int> values(1);
        const auto reads = [](channel<int>& from) -> task<int> {
            const std::stop_token token = this_task::stop_token();
            int sum = 0;
            for (int i = 0; i < 100; ++i) {
                const auto got = co_await from.receive();
                sum += got ? *got : 0;
            }
            co_return sum + static_cast<int>(token.stop_requested());
        };
        auto reader = spawn(reads(values), pinned{1});
        for (int i = 0; i < 100; ++i) {
            const auto sent = co_await values.send(1);
            if (!sent) co_return false;
        }
        const int sum = co_await std::move(reader);
        co_return sum == 100;
    };
    EXPECT_TRUE(run({.shards = 2}, body));
}

} // namespace
} // namespace spargio
