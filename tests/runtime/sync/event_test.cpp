#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace spargio {
namespace {

task<bool> wait_for(manual_event& event) {
    const auto got = co_await event.wait();
    co_return got.has_value();
}

TEST(R38, setting_an_event_lets_everybody_through) {
    const auto body = []() -> task<int> {
        int through = 0;
        for (int round = 0; round < 100; ++round) {
            manual_event ready;
            std::vector<join_handle<bool>> all;
            for (std::uint32_t i = 0; i < 8; ++i) all.push_back(spawn(wait_for(ready), pinned{i % 2}));
            if (round % 2 == 0) co_await yield();
            ready.set();
            for (auto& each : all) through += co_await std::move(each);
        }
        co_return through;
    };
    EXPECT_EQ(run({.shards = 2}, body), 800);
}

TEST(R38, an_event_that_was_reset_stops_who_comes_later) {
    const auto body = []() -> task<bool> {
        manual_event ready(true);
        const bool at_once = co_await wait_for(ready);
        ready.reset();
        auto later = spawn(wait_for(ready));
        for (int i = 0; i < 10; ++i) co_await yield();
        const bool waited = !later.ready() && !ready.is_set();
        ready.set();
        const bool through = co_await std::move(later);
        co_return at_once&& waited&& through;
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST(R38, foreign_threads_set_an_event_and_the_waiter_may_destroy_it) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    for (int i = 0; i < 1000; ++i) {
        auto ready = std::make_unique<manual_event>();
        manual_event& outside = *ready;
        const auto waits = [](std::unique_ptr<manual_event> own) -> task<bool> {
            const auto got = co_await own->wait();
            own.reset();
            co_return got.has_value();
        };
        auto waiting = (*started)->spawn(waits(std::move(ready)), pinned{static_cast<std::uint32_t>(i % 2)});
        if (i % 3 == 0) std::this_thread::yield();
        outside.set();
        ASSERT_TRUE(std::move(waiting).get());
    }
}

TEST(R38, a_cancelled_wait_for_an_event_answers_so_and_the_others_still_get_through) {
    const auto body = []() -> task<int> {
        int right = 0;
        for (int i = 0; i < 300; ++i) {
            manual_event ready;
            auto cancelled = spawn(wait_for(ready), pinned{1});
            auto patient = spawn(wait_for(ready), pinned{1});
            if (i % 2 == 0) co_await yield();
            cancelled.cancel();
            const bool through = co_await std::move(cancelled);
            ready.set();
            const bool other = co_await std::move(patient);
            right += !through && other;
        }
        co_return right;
    };
    EXPECT_EQ(run({.shards = 2}, body), 300);
}

TEST(R38, a_latch_lets_through_when_it_has_been_counted_down) {
    const auto body = []() -> task<int> {
        int right = 0;
        for (int round = 0; round < 200; ++round) {
            latch all_there(4);
            std::atomic<int> arrived{0};
            const auto worker = [&]() -> task<> {
                ++arrived;
                all_there.count_down();
                co_return;
            };
            for (std::uint32_t i = 0; i < 4; ++i) spawn(worker(), pinned{i % 2}).detach();
            const auto done = co_await all_there.wait();
            right += done && arrived.load() == 4 && all_there.try_wait();
        }
        co_return right;
    };
    EXPECT_EQ(run({.shards = 2}, body), 200);
}

TEST(R38, who_arrives_at_a_latch_last_wakes_the_others_and_any_of_them_may_destroy_it) {
    const auto body = []() -> task<int> {
        int through = 0;
        for (int round = 0; round < 300; ++round) {
            auto shared = std::make_unique<latch>(3);
            const auto worker = [](latch& there) -> task<bool> {
                const auto done = co_await there.arrive_and_wait();
                co_return done.has_value();
            };
            std::vector<join_handle<bool>> all;
            for (std::uint32_t i = 0; i < 2; ++i) all.push_back(spawn(worker(*shared), pinned{i % 2}));
            const auto done = co_await shared->arrive_and_wait();
            shared.reset();
            through += done.has_value();
            for (auto& each : all) through += co_await std::move(each);
        }
        co_return through;
    };
    EXPECT_EQ(run({.shards = 2}, body), 900);
}

TEST(R38, foreign_threads_count_a_latch_down) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    latch there(40);
    const auto waits = [](latch& of) -> task<bool> {
        const auto done = co_await of.wait();
        co_return done.has_value();
    };
    auto waiting = (*started)->spawn(waits(there));
    std::vector<std::thread> outside;
    for (int i = 0; i < 4; ++i)
        outside.emplace_back([&] {
            for (int j = 0; j < 5; ++j) there.count_down(2);
        });
    EXPECT_TRUE(std::move(waiting).get());
    for (auto& thread : outside) thread.join();
}

TEST(R38, a_cancelled_wait_for_a_latch_answers_so_and_its_arrival_counts) {
    const auto body = []() -> task<bool> {
        latch there(2);
        const auto arrives = [](latch& of) -> task<bool> {
            const auto done = co_await of.arrive_and_wait();
            co_return !done && done.error() == errc::canceled;
        };
        auto waiting = spawn(arrives(there), pinned{0});
        co_await yield();
        waiting.cancel();
        const bool canceled = co_await std::move(waiting);
        const bool before = there.try_wait();
        there.count_down();
        const auto done = co_await there.wait();
        co_return canceled && !before && done.has_value();
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

} // namespace
} // namespace spargio
