// g++ 12 destroys some temporaries of a co_await expression twice (hazards: the coroutine table). These are the
// forms in which people naturally write calls of the public API; each must be safe.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace spargio {
namespace {

/// Counts how many of its kind live.
struct counted {
    static inline std::atomic<int> living{0};
    std::string ballast = "longer than the small-string buffer of any library";
    counted() { ++living; }
    counted(const counted& other) : ballast(other.ballast) { ++living; }
    counted(counted&& other) noexcept : ballast(std::move(other.ballast)) { ++living; }
    ~counted() { --living; }
};

task<std::size_t> length_of(counted argument) { co_return argument.ballast.size(); }
task<counted> make_counted() { co_return counted(); }

class P7 : public testing::Test {
protected:
    void SetUp() override { counted::living = 0; }
    void TearDown() override { EXPECT_EQ(counted::living.load(), 0); }
};

TEST_F(P7, a_temporary_argument_of_an_awaited_task_is_destroyed_once) {
    const auto body = []() -> task<std::size_t> { co_return co_await length_of(counted()); };
    EXPECT_GT(run({.shards = 1}, body), 0u);
}

TEST_F(P7, a_task_spawned_and_joined_in_one_expression_is_destroyed_once) {
    const auto body = []() -> task<std::size_t> { co_return co_await spawn(length_of(counted())); };
    EXPECT_GT(run({.shards = 2}, body), 0u);
}

TEST_F(P7, a_placement_in_the_awaited_expression_is_harmless) {
    const auto body = []() -> task<std::size_t> { co_return co_await spawn(length_of(counted()), pinned{1}); };
    EXPECT_GT(run({.shards = 2}, body), 0u);
}

TEST_F(P7, a_value_sent_through_a_channel_as_a_temporary_is_destroyed_once) {
    const auto body = []() -> task<bool> {
        channel<counted> values(1);
        const auto sent = co_await values.send(counted());
        const auto got = co_await values.receive();
        co_return sent.has_value() && got.has_value();
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST_F(P7, a_result_used_in_the_expression_that_awaits_it_is_destroyed_once) {
    const auto body = []() -> task<std::size_t> { co_return (co_await make_counted()).ballast.size(); };
    EXPECT_GT(run({.shards = 1}, body), 0u);
}

TEST_F(P7, the_frame_of_a_task_that_never_ran_is_destroyed_once) {
    { const auto never = length_of(counted()); }
    EXPECT_EQ(counted::living.load(), 0);
}

TEST_F(P7, an_unfinished_frame_is_destroyed_once_when_the_runtime_stops) {
    const auto body = [](counted kept) -> task<> {
        channel<int> silent(1);
        const counted local;
        (void)co_await silent.receive();
        (void)kept;
    };
    auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
    ASSERT_TRUE(started.has_value());
    for (std::uint32_t i = 0; i < 10; ++i) (*started)->spawn(body(counted()), pinned{i % 2}).detach();
    started->reset();
}

} // namespace
} // namespace spargio
