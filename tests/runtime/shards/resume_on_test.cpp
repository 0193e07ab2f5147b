#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

/// The runtime does not tell the thread apart from the shard, so tests do.
struct place {
    std::uint32_t shard;
    std::thread::id thread;
    friend bool operator==(const place&, const place&) = default;
};

place here() { return {this_shard::id(), std::this_thread::get_id()}; }
task<place> where_am_i() { co_return here(); }

task<bool> visit_each(std::uint32_t rounds) {
    const auto shards = this_shard::count();
    std::vector<place> homes;
    for (std::uint32_t i = 0; i < shards; ++i) {
        auto native = spawn(where_am_i(), pinned{i});
        homes.push_back(co_await std::move(native));
    }
    for (std::uint32_t i = 0; i < rounds; ++i) {
        co_await resume_on(i % shards);
        if (here() != homes[i % shards]) co_return false;
    }
    co_return true;
}

TEST(R13, resume_on_moves_a_pinned_task_to_the_thread_of_that_shard) {
    EXPECT_TRUE(run_on({.shards = 3}, 0, [] { return visit_each(3000); }));
}

TEST(R13, resume_on_moves_a_stealable_task_to_the_thread_of_that_shard) {
    EXPECT_TRUE(run({.shards = 3}, [] { return visit_each(3000); }));
}

TEST(R13, a_moved_pinned_task_stays_on_its_new_shard) {
    const auto body = []() -> task<bool> {
        co_await resume_on(1);
        for (int i = 0; i < 1000; ++i) {
            co_await yield();
            auto elsewhere = spawn(where_am_i(), pinned{0}); // the joiner is woken from another shard
            (void)co_await std::move(elsewhere);
            if (this_shard::id() != 1) co_return false;
        }
        co_return true;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

TEST(R13, a_moved_stealable_task_may_be_stolen_afterwards) {
    const auto body = []() -> task<bool> {
        std::atomic<bool> ran{false};
        const auto moved = [](std::atomic<bool>& flag) -> task<std::uint32_t> {
            co_await resume_on(0);
            auto child = spawn(where_am_i(), pinned{1});
            (void)co_await std::move(child); // from here on it goes on where its waker runs
            flag.store(true);
            co_return this_shard::id();
        };
        auto other = spawn(moved(ran));
        while (!ran.load()) co_await yield();
        co_return co_await std::move(other) == 1;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

TEST(R13, resume_on_the_same_shard_does_not_suspend) {
    const auto body = []() -> task<bool> {
        bool other_ran = false;
        const auto other = [](bool& flag) -> task<> {
            flag = true;
            co_return;
        };
        auto waiting = spawn(other(other_ran), pinned{0});
        co_await resume_on(0);
        const bool before = other_ran;
        co_await std::move(waiting);
        co_return !before && other_ran;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

TEST(R13, a_moved_task_works_with_the_messages_of_its_new_shard) {
    const auto body = []() -> task<bool> {
        co_await resume_on(1);
        const status sent = co_await this_shard::remote(1).send(7, 11);
        const auto got = co_await this_shard::next_event();
        co_return sent&& got && got->source == 1 && got->value == 11;
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

/// Counts living frames, and those that died on a thread that is no shard.
struct living {
    living(std::atomic<int>& count, std::atomic<int>& strays) : count_(&count), strays_(&strays) { ++*count_; }
    living(living&& other) noexcept : count_(std::exchange(other.count_, nullptr)), strays_(other.strays_) {}
    ~living() {
        if (count_ == nullptr) return;
        --*count_;
        if (detail::shard::current() == nullptr) ++*strays_;
    }
    std::atomic<int>* count_;
    std::atomic<int>* strays_;
};

task<> wander(living, std::uint32_t step) {
    for (std::uint32_t i = 0;; i += step) co_await resume_on(i % this_shard::count());
}

TEST(R13, a_task_on_its_way_is_destroyed_once_and_on_a_shard_when_the_runtime_stops) {
    std::atomic<int> count{0};
    std::atomic<int> strays{0};
    for (int round = 0; round < 100; ++round) {
        auto started = runtime::start({.shards = 3, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(started.has_value());
        for (std::uint32_t i = 0; i < 9; ++i) {
            const placement where = i % 2 == 0 ? placement(stealable{}) : placement(round_robin{});
            (*started)->spawn(wander(living(count, strays), 1 + i % 2), where).detach();
        }
        std::this_thread::yield();
        started->reset();
        ASSERT_EQ(count.load(), 0) << "round " << round;
    }
    EXPECT_EQ(strays.load(), 0);
}

TEST(R13, the_context_says_where_a_task_is_and_gives_a_handle_of_the_runtime) {
    const auto body = []() -> task<bool> {
        const auto context = this_shard::context();
        auto child = context.handle().spawn(where_am_i(), pinned{2});
        const place there = co_await std::move(child);
        co_return context.index() == 1 && context.options().shards == 3 &&
            context.options().steal_budget == 7 && context.handle().shards() == 3 && there.shard == 2;
    };
    EXPECT_TRUE(run_on({.shards = 3, .steal_budget = 7}, 1, body));
}

/// Must not leave the thread that made it.
class local_only {
public:
    local_only() : home_(std::this_thread::get_id()) {}
    local_only(const local_only&) = delete;
    local_only& operator=(const local_only&) = delete;
    [[nodiscard]] bool at_home() const { return std::this_thread::get_id() == home_; }

private:
    std::thread::id home_;
};

task<bool> use_local() {
    const local_only state; // the frame itself is built where the factory is called
    for (int i = 0; i < 200; ++i) {
        co_await yield();
        if (!state.at_home()) co_return false;
    }
    co_return state.at_home();
}

TEST(R9, spawn_local_builds_the_task_on_the_chosen_shard_and_keeps_it_there) {
    const auto body = []() -> task<bool> {
        const placement everywhere[] = {pinned{1}, round_robin{}, sticky{5}, stealable{},
                                        stealable_preferred{2}};
        for (const auto& where : everywhere) {
            std::thread::id called_on;
            const auto factory = [&called_on] {
                called_on = std::this_thread::get_id();
                return use_local();
            };
            auto local = spawn_local(factory, where);
            if (!co_await std::move(local)) co_return false;
            if (called_on == std::thread::id()) co_return false;
        }
        std::thread::id called_on;
        const auto factory = [&called_on] {
            called_on = std::this_thread::get_id();
            return where_am_i();
        };
        auto local = spawn_local(factory, pinned{1});
        const place there = co_await std::move(local);
        co_return there.shard == 1 && called_on == there.thread;
    };
    EXPECT_TRUE(run_on({.shards = 3}, 0, body));
}

TEST(R9, the_captures_of_a_factory_live_as_long_as_its_task) {
    const auto body = []() -> task<std::size_t> {
        std::string text(1000, 'x');
        auto factory = [text = std::move(text)]() -> task<std::size_t> {
            for (int i = 0; i < 10; ++i) co_await yield();
            co_return text.size();
        };
        auto local = spawn_local(std::move(factory), pinned{1});
        co_return co_await std::move(local);
    };
    EXPECT_EQ(run_on({.shards = 2}, 0, body), 1000u);
}

TEST(R9, an_exception_of_the_factory_reaches_the_joiner) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto makes_a_task_that_throws = []() -> task<int> {
        co_await yield();
        throw std::runtime_error("from the task");
    };
    const auto throws_itself = []() -> task<int> { throw std::logic_error("no task at all"); };
    const auto handle = (*started)->handle();
    auto from_task = handle.spawn_local(makes_a_task_that_throws, pinned{1});
    EXPECT_THROW(std::move(from_task).get(), std::runtime_error);
    auto from_factory = handle.spawn_local(throws_itself, pinned{1});
    EXPECT_THROW(std::move(from_factory).get(), std::logic_error);
}

TEST(R9, a_factory_is_never_called_once_the_runtime_has_stopped) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    started->reset();
    bool called = false;
    const auto factory = [&called]() -> task<> {
        called = true;
        co_return;
    };
    auto refused = handle.spawn_local(factory, pinned{0});
    EXPECT_THROW(std::move(refused).get(), task_stopped);
    EXPECT_FALSE(called);
}

} // namespace
} // namespace spargio
