// P15: objects that are to be joined, answered or given back once say so when they are not, or too often.
#include <spargio/boundary/channel.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace spargio {
namespace {

class P15_owner : public testing::Test {
protected:
    // Each in a process of its own that starts anew: threads do not survive a fork.
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

task<> until_cancelled() { co_await this_task::cancelled(); }

TEST_F(P15_owner, a_group_that_two_tasks_join_at_once_ends_the_program) {
    const auto body = []() -> task<> {
        task_group group;
        group.spawn(until_cancelled());
        const auto joins = [](task_group& of) -> task<> { co_await of.join(); };
        auto first = spawn(joins(group), pinned{0});
        auto second = spawn(joins(group), pinned{0});
        co_await std::move(first);
        co_await std::move(second);
    };
    EXPECT_DEATH(run({.shards = 1}, body), "two tasks join one task_group at once");
}

TEST_F(P15_owner, a_group_may_be_joined_by_one_task_after_the_other) {
    const auto body = []() -> task<> {
        task_group group;
        const auto joins = [](task_group& of) -> task<> {
            of.spawn([]() -> task<> { co_await yield(); }());
            co_await of.join();
        };
        auto first = spawn(joins(group), pinned{0});
        co_await std::move(first);
        auto second = spawn(joins(group), pinned{1});
        co_await std::move(second);
    };
    EXPECT_NO_THROW(run({.shards = 2}, body));
}

TEST_F(P15_owner, a_group_that_is_left_with_children_ends_the_program_and_says_what_joins_on_every_path) {
    const auto forgets = []() -> task<> {
        task_group group;
        group.spawn(until_cancelled());
        co_await yield();
    };
    EXPECT_DEATH(run({.shards = 1}, forgets), "destroyed with children that run: join\\(\\) it first");
    const auto throws = []() -> task<> {
        task_group group;
        group.spawn(until_cancelled());
        co_await yield();
        throw std::runtime_error("the reason");
    };
    EXPECT_DEATH(run({.shards = 1}, throws), "an exception, which this hides, .*in_group\\(\\) joins on every");
    const auto in_group_throws = []() -> task<> {
        const auto body = [](task_group& group) -> task<> {
            group.spawn(until_cancelled());
            co_await yield();
            throw std::runtime_error("the reason");
        };
        co_await in_group(body);
    };
    EXPECT_THROW(run({.shards = 1}, in_group_throws), std::runtime_error);
}

TEST_F(P15_owner, a_semaphore_beyond_its_maximum_ends_the_program) {
    constexpr auto said = "more units than it can count";
    const auto minus_one = static_cast<std::size_t>(-1);
    EXPECT_DEATH(
        {
            semaphore units(1);
            units.release(minus_one);
        },
        said);
    EXPECT_DEATH(semaphore(minus_one).release(), said);
    EXPECT_DEATH(
        {
            semaphore full(semaphore::max());
            full.release();
        },
        said);
    semaphore full(semaphore::max() - 1);
    full.release();
    EXPECT_EQ(full.available(), semaphore::max());
    EXPECT_TRUE(full.try_acquire(semaphore::max()));
}

TEST_F(P15_owner, a_received_call_that_was_answered_or_moved_from_ends_the_program_when_it_is_used) {
    constexpr auto said = "answered before or moved from";
    const auto receives = [](auto use) {
        run({.shards = 1}, [use]() -> task<> {
            auto [client, server] = boundary::channel<int, int>(4);
            const auto ticket = client.call(7, [](const std::expected<int, errc>&) {});
            auto got = co_await server.receive();
            if (ticket && got) use(*got);
        });
    };
    using call = boundary::received<int, int>;
    EXPECT_DEATH(receives([](call& got) {
                     (void)got.respond(1);
                     (void)got.respond(2);
                 }),
                 said);
    EXPECT_DEATH(receives([](call& got) {
                     const call other = std::move(got);
                     (void)*got;
                 }),
                 said);
    EXPECT_DEATH(receives([](call& got) {
                     (void)got.respond(1);
                     (void)got.caller_waits();
                 }),
                 said);
    EXPECT_DEATH(receives([](call& got) {
                     (void)got.respond(1);
                     (void)got.deadline();
                 }),
                 said);
    EXPECT_NO_THROW(receives([](call& got) { (void)got.respond(*got); }));
}

TEST_F(P15_owner, an_empty_join_handle_ends_the_program_whatever_is_asked_of_it) {
    constexpr auto said = "used up or moved from";
    const auto emptied = [](auto use) {
        run({.shards = 1}, [use]() -> task<> {
            auto handle = spawn([]() -> task<> { co_return; }());
            handle.detach();
            use(handle);
            co_return;
        });
    };
    EXPECT_DEATH(emptied([](join_handle<>& handle) { (void)handle.ready(); }), said);
    EXPECT_DEATH(emptied([](join_handle<>& handle) { handle.cancel(); }), said);
    EXPECT_NO_THROW(emptied([](join_handle<>& handle) { handle.detach(); }));
}

} // namespace
} // namespace spargio
