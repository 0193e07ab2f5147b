// P15: a task is used once, by one. What uses it again, destroys it under whoever awaits it, or runs a runtime
// inside of it, ends the program with a message, and neither crashes nor sleeps for ever.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;

class P15_task : public testing::Test {
protected:
    // Each in a process of its own that starts anew: threads do not survive a fork.
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Waits until nobody needs it any more, which nobody says here.
task<int> endless() {
    (void)co_await sleep_for(1h);
    co_return 7;
}

task<> await_it(task<int>& shared, manual_event& about_to) {
    about_to.set();
    (void)co_await std::move(shared);
}

/// One task awaits, and when it waits another one does `second` with the same object, on that shard.
template <class Second>
task<> use_while_awaited(std::uint32_t shard, Second second) {
    auto shared = std::make_unique<task<int>>(endless());
    manual_event about_to;
    auto first = spawn(await_it(*shared, about_to), pinned{0});
    (void)co_await about_to.wait();
    (void)co_await sleep_for(1ms); // on this shard the first one has gone on by now; on another nearly always
    auto used = second(shared);
    auto later = spawn(std::move(used), pinned{shard});
    co_await std::move(later);
    co_await std::move(first);
}

template <class Second>
void end_by(std::uint32_t shard, Second second) {
    run_on({.shards = 2}, 0, [&] { return use_while_awaited(shard, second); });
}

TEST_F(P15_task, awaiting_a_task_that_another_one_awaits_ends_the_program_on_either_shard) {
    const auto awaits = [](std::unique_ptr<task<int>>& shared) -> task<> {
        task<int>& of = *shared;
        (void)co_await std::move(of);
    };
    EXPECT_DEATH(end_by(0, awaits), "is or was awaited before");
    EXPECT_DEATH(end_by(1, awaits), "is or was awaited before");
    const auto moves_first = [](std::unique_ptr<task<int>>& shared) -> task<> {
        task<int> mine = std::move(*shared);
        (void)co_await std::move(mine);
    };
    EXPECT_DEATH(end_by(0, moves_first), "is or was awaited before");
}

TEST_F(P15_task, spawning_a_task_that_another_one_awaits_ends_the_program_by_every_way_to_spawn) {
    constexpr auto said = "spawned a task that is or was awaited before";
    const auto spawns = [](std::unique_ptr<task<int>>& shared) -> task<> {
        spawn(std::move(*shared)).detach();
        co_return;
    };
    EXPECT_DEATH(end_by(0, spawns), said);
    EXPECT_DEATH(end_by(1, spawns), said);
    const auto tries = [](std::unique_ptr<task<int>>& shared) -> task<> {
        (void)try_spawn(std::move(*shared));
        co_return;
    };
    EXPECT_DEATH(end_by(0, tries), said);
    const auto waits_for_room = [](std::unique_ptr<task<int>>& shared) -> task<> {
        auto started = co_await spawn_when_room(std::move(*shared));
        (void)started;
    };
    EXPECT_DEATH(end_by(0, waits_for_room), said);
}

TEST_F(P15_task, spawning_a_task_that_was_awaited_ends_the_program) {
    const auto body = []() -> task<> {
        auto child = []() -> task<int> { co_return 7; }();
        (void)co_await std::move(child);
        spawn(std::move(child)).detach();
    };
    EXPECT_DEATH(run({.shards = 1}, body), "spawned a task that is or was awaited before");
}

TEST_F(P15_task, what_runs_tasks_says_so_when_one_is_awaited_already) {
    constexpr auto said = "is or was awaited before";
    const auto in_all = [](std::unique_ptr<task<int>>& shared) -> task<> {
        (void)co_await when_all(std::move(*shared));
    };
    EXPECT_DEATH(end_by(0, in_all), said);
    const auto in_any = [](std::unique_ptr<task<int>>& shared) -> task<> {
        (void)co_await when_any(std::move(*shared));
    };
    EXPECT_DEATH(end_by(0, in_any), said);
    const auto in_time = [](std::unique_ptr<task<int>>& shared) -> task<> {
        auto limited = timeout(1s, std::move(*shared));
        (void)co_await std::move(limited);
    };
    EXPECT_DEATH(end_by(0, in_time), said);
    const auto shields = [](std::unique_ptr<task<int>>& shared) -> task<> {
        (void)co_await shielded(std::move(*shared));
    };
    EXPECT_DEATH(end_by(0, shields), said);
}

TEST_F(P15_task, destroying_a_task_that_another_one_awaits_ends_the_program) {
    constexpr auto said = "a task was destroyed while another one awaits it";
    const auto destroys = [](std::unique_ptr<task<int>>& shared) -> task<> {
        shared.reset();
        co_return;
    };
    EXPECT_DEATH(end_by(0, destroys), said);
    const auto replaces = [](std::unique_ptr<task<int>>& shared) -> task<> {
        *shared = endless();
        co_return;
    };
    EXPECT_DEATH(end_by(0, replaces), said);
}

TEST_F(P15_task, running_a_runtime_inside_a_task_ends_the_program) {
    const auto nested = []() -> task<> {
        run({.shards = 1}, []() -> task<> { co_return; });
        co_return;
    };
    EXPECT_DEATH(run({.shards = 1}, nested), "run\\(\\) inside a task would block its shard");
    const auto lends = []() -> task<> {
        auto started = runtime::start_with_caller({.shards = 1});
        (*started)->run_as_first_shard();
        co_return;
    };
    EXPECT_DEATH(run({.shards = 1}, lends), "can't be lent to another runtime");
    const auto lends_at_the_end = []() -> task<> {
        auto started = runtime::start_with_caller({.shards = 1});
        co_return;
    };
    EXPECT_DEATH(run({.shards = 1}, lends_at_the_end), "can't be lent to another runtime");
}

TEST(R6, a_task_may_move_while_it_is_awaited_as_long_as_it_lives) {
    const auto body = []() -> task<int> {
        manual_event go_on;
        const auto waits = [](manual_event& until) -> task<int> {
            (void)co_await until.wait();
            co_return 7;
        };
        auto awaited = waits(go_on);
        const auto awaits = [](task<int>& of) -> task<int> { co_return co_await std::move(of); };
        auto first = spawn(awaits(awaited), pinned{0});
        co_await yield();
        auto kept = std::move(awaited);
        go_on.set();
        const int got = co_await std::move(first);
        co_return got;
    };
    EXPECT_EQ(run({.shards = 1}, body), 7);
}

} // namespace
} // namespace spargio
