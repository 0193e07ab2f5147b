#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace spargio {
namespace {

task<> count_one(std::atomic<int>& into) {
    co_await yield();
    ++into;
}

/// Waits until it is cancelled; alive tells whether its frame is.
task<> wait_for_cancel(std::atomic<int>& cancelled, std::atomic<int>& alive) {
    struct life {
        explicit life(std::atomic<int>& of) : of_(of) { ++of_; }
        ~life() { --of_; }
        std::atomic<int>& of_;
    } const here(alive);
    co_await this_task::cancelled();
    for (int i = 0; i < 3; ++i) co_await yield();
    ++cancelled;
}

task<> fail_after(int turns, const char* why) {
    for (int i = 0; i < turns; ++i) co_await yield();
    throw std::runtime_error(why);
}

TEST(R37, a_group_waits_for_all_its_children_wherever_they_run) {
    const auto body = []() -> task<int> {
        std::atomic<int> count{0};
        task_group group;
        for (std::uint32_t i = 0; i < 300; ++i) {
            group.spawn(count_one(count));
            group.spawn(count_one(count), pinned{i % 2});
            group.spawn(count_one(count), round_robin{});
        }
        auto all = group.join();
        co_await std::move(all);
        co_return count.load() + static_cast<int>(group.size());
    };
    EXPECT_EQ(run({.shards = 2}, body), 900);
}

TEST(R37, joining_an_empty_group_does_not_wait_and_a_group_can_be_used_again) {
    const auto body = []() -> task<int> {
        std::atomic<int> count{0};
        task_group group;
        co_await group.join();
        for (int round = 0; round < 3; ++round) {
            group.spawn(count_one(count));
            group.cancel();
            co_await group.join();
        }
        group.spawn(count_one(count));
        co_await group.join();
        co_return count.load();
    };
    EXPECT_EQ(run({.shards = 1}, body), 4);
}

TEST(R37, children_may_start_siblings) {
    const auto body = []() -> task<int> {
        std::atomic<int> count{0};
        task_group group;
        const auto family = [](auto&& self, task_group& of, std::atomic<int>& into, int depth) -> task<> {
            ++into;
            if (depth > 0)
                for (int i = 0; i < 2; ++i) of.spawn(self(self, of, into, depth - 1));
            co_return;
        };
        group.spawn(family(family, group, count, 8));
        co_await group.join();
        co_return count.load();
    };
    EXPECT_EQ(run({.shards = 2}, body), 511);
}

TEST(R37, the_first_error_cancels_the_others_and_is_thrown_when_their_frames_are_gone) {
    const auto body = []() -> task<std::string> {
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        task_group group;
        for (std::uint32_t i = 0; i < 6; ++i) group.spawn(wait_for_cancel(cancelled, alive), pinned{i % 2});
        group.spawn(fail_after(3, "first"), pinned{0});
        std::string seen;
        try {
            co_await group.join();
        } catch (const std::runtime_error& why) {
            seen = why.what();
        }
        co_return seen + " " + std::to_string(cancelled.load()) + " " + std::to_string(alive.load());
    };
    for (int i = 0; i < 50; ++i) ASSERT_EQ(run({.shards = 2}, body), "first 6 0");
}

TEST(R37, of_several_errors_the_first_is_thrown_and_none_is_left_for_the_next_join) {
    const auto body = []() -> task<std::string> {
        task_group group;
        group.spawn(fail_after(50, "late"), pinned{0});
        group.spawn(fail_after(1, "early"), pinned{0});
        std::string seen;
        try {
            co_await group.join();
        } catch (const std::runtime_error& why) {
            seen = why.what();
        }
        co_await group.join();
        co_return seen;
    };
    EXPECT_EQ(run({.shards = 1}, body), "early");
}

TEST(R37, cancelling_a_group_cancels_its_children_and_not_who_joins_it) {
    const auto body = []() -> task<int> {
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        task_group group;
        for (std::uint32_t i = 0; i < 4; ++i) group.spawn(wait_for_cancel(cancelled, alive), pinned{i % 2});
        co_await yield();
        group.cancel();
        group.spawn(wait_for_cancel(cancelled, alive)); // too late: starts cancelled
        co_await group.join();
        co_return this_task::stop_requested() ? -1 : cancelled.load();
    };
    EXPECT_EQ(run({.shards = 2}, body), 5);
}

TEST(R36, cancelling_a_task_that_joins_a_group_cancels_the_whole_tree_and_waits_for_it) {
    std::atomic<int> cancelled{0};
    std::atomic<int> alive{0};
    const auto tree = [&](auto&& self, int depth) -> task<> {
        task_group group;
        for (std::uint32_t i = 0; i < 2; ++i) {
            group.spawn(wait_for_cancel(cancelled, alive), pinned{i});
            if (depth > 0) group.spawn(self(self, depth - 1));
        }
        co_await group.join();
    };
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    for (int i = 0; i < 30; ++i) {
        cancelled = 0;
        auto root = (*started)->spawn(tree(tree, 3));
        if (i % 2 == 0)
            while (alive.load() != 30) std::this_thread::yield();
        root.cancel();
        std::move(root).get();
        ASSERT_EQ(cancelled.load(), 30);
        ASSERT_EQ(alive.load(), 0);
    }
}

TEST(R36, a_shielded_child_is_not_cancelled_with_the_others) {
    const auto body = []() -> task<int> {
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        int finished = 0;
        const auto cleans_up = [](int& done) -> task<> {
            for (int i = 0; i < 20; ++i) co_await yield();
            done = this_task::stop_requested() ? 100 : 1;
        };
        task_group group;
        group.spawn(wait_for_cancel(cancelled, alive), pinned{0});
        group.spawn(shielded(cleans_up(finished), pinned{0}), pinned{0});
        co_await yield();
        group.cancel();
        co_await group.join();
        co_return finished * 10 + cancelled.load();
    };
    EXPECT_EQ(run({.shards = 1}, body), 11);
}

TEST(R37, a_scope_joins_its_group_when_its_body_throws) {
    const auto body = []() -> task<std::string> {
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        std::string seen;
        try {
            co_await in_group([&](task_group& group) -> task<> {
                group.spawn(wait_for_cancel(cancelled, alive), pinned{1});
                co_await yield();
                throw std::runtime_error("body");
            });
        } catch (const std::runtime_error& why) {
            seen = why.what();
        }
        co_return seen + std::to_string(cancelled.load()) + std::to_string(alive.load());
    };
    EXPECT_EQ(run({.shards = 2}, body), "body10");
}

TEST(R37_death, destroying_a_group_with_children_ends_the_program) {
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    const auto body = []() -> task<> {
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        {
            task_group group;
            group.spawn(wait_for_cancel(cancelled, alive));
        }
        co_return;
    };
    EXPECT_DEATH(run({.shards = 1}, body), "");
}

TEST(R37, a_runtime_may_stop_with_groups_at_any_stage) {
    std::atomic<int> alive{0};
    std::atomic<int> cancelled{0};
    for (int i = 0; i < 60; ++i) {
        auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(started.has_value());
        const auto family = [&](auto&& self, int depth) -> task<> {
            task_group group;
            for (std::uint32_t j = 0; j < 3; ++j) {
                group.spawn(wait_for_cancel(cancelled, alive), pinned{j % 2});
                if (depth > 0) group.spawn(self(self, depth - 1), round_robin{});
            }
            co_await group.join();
        };
        auto root = (*started)->spawn(family(family, 2));
        for (int turn = 0; turn < i % 7; ++turn) std::this_thread::yield();
        if (i % 3 == 0) root.cancel();
        started->reset();
        ASSERT_EQ(alive.load(), 0) << "a child was not destroyed in round " << i;
        ASSERT_TRUE(root.ready());
    }
}

TEST(R36, with_stop_cancels_the_child_when_a_foreign_thread_stops_the_token) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto waits = []() -> task<int> {
        channel<int> silent(1);
        const auto got = co_await silent.receive();
        co_return got ? 0 : static_cast<int>(got.error());
    };
    const auto body = [&](std::stop_token token) -> task<int> {
        const int answer = co_await with_stop(std::move(token), waits());
        co_return this_task::stop_requested() ? -1 : answer;
    };
    for (int i = 0; i < 300; ++i) {
        std::stop_source source;
        auto handle = (*started)->spawn(body(source.get_token()));
        if (i % 3 != 0) std::this_thread::yield();
        source.request_stop();
        ASSERT_EQ(std::move(handle).get(), static_cast<int>(errc::canceled));
    }
}

TEST(R36, with_stop_passes_on_results_exceptions_and_the_cancellation_of_the_waiting_task) {
    const auto body = []() -> task<std::string> {
        std::stop_source never;
        const auto seven = []() -> task<int> { co_return 7; };
        std::string seen = std::to_string(co_await with_stop(never.get_token(), seven()));
        try {
            co_await with_stop(never.get_token(), fail_after(1, " thrown"));
        } catch (const std::runtime_error& why) {
            seen += why.what();
        }
        std::atomic<int> cancelled{0};
        std::atomic<int> alive{0};
        auto outer = spawn(with_stop(never.get_token(), wait_for_cancel(cancelled, alive)));
        co_await yield();
        outer.cancel();
        co_await std::move(outer);
        co_return seen + std::to_string(cancelled.load()) + std::to_string(alive.load());
    };
    EXPECT_EQ(run({.shards = 2}, body), "7 thrown10");
}

} // namespace
} // namespace spargio
