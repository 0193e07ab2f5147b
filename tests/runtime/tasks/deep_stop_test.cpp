// R6: stopping destroys what waits, however deep it is nested, from the inside outwards.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace spargio {
namespace {

#if defined(SPARGIO_TEST_SANITIZED)
constexpr int deep = 40'000; // there a frame takes so much more of the stack
#else
constexpr int deep = 250'000;
#endif

/// What each frame of a chain holds: notes where its destruction comes out of turn.
struct in_turn {
    in_turn(int depth, int& next) noexcept : depth_(depth), next_(next) {}
    in_turn(const in_turn&) = delete;
    in_turn& operator=(const in_turn&) = delete;
    ~in_turn() { next_ = next_ == depth_ ? depth_ - 1 : -1; }

private:
    int depth_;
    int& next_;
};

task<> descend(int depth, int deepest, int& next, manual_event& at_the_end) {
    const in_turn here(depth, next);
    if (depth == deepest) {
        at_the_end.set();
        co_await this_task::cancelled();
    } else {
        co_await descend(depth + 1, deepest, next, at_the_end);
    }
}

TEST(R6, stopping_destroys_a_chain_of_awaiting_tasks_of_any_depth_from_the_inside_outwards) {
    for (const std::uint32_t shards : {1u, 2u}) {
        int next = deep;
        manual_event at_the_end;
        {
            auto started = runtime::start({.shards = shards, .stop_grace = std::chrono::milliseconds(0)});
            ASSERT_TRUE(started.has_value());
            auto chain = (*started)->spawn(descend(0, deep, next, at_the_end), pinned{shards - 1});
            const auto waits = [](manual_event& until) -> task<> { (void)co_await until.wait(); };
            (*started)->spawn(waits(at_the_end)).get();
            (*started)->stop();
            EXPECT_THROW(std::move(chain).get(), task_stopped);
        }
        EXPECT_EQ(next, -1) << shards;
    }
}

TEST(R6, stopping_on_the_thread_of_run_is_as_deep) {
    int next = deep;
    const auto body = [](int& of) -> task<> {
        manual_event at_the_end;
        spawn(descend(0, deep, of, at_the_end)).detach();
        (void)co_await at_the_end.wait();
    };
    run({.shards = 1, .stop_grace = std::chrono::milliseconds(0)}, [&] { return body(next); });
    EXPECT_EQ(next, -1);
}

task<> wrap(task<> inner) { co_await std::move(inner); }

TEST(R6, a_chain_of_tasks_that_were_never_begun_is_dropped_at_any_depth) {
    const auto nothing = []() -> task<> { co_return; };
    task<> outermost = nothing();
    for (int i = 0; i < deep; ++i) outermost = wrap(std::move(outermost));
    EXPECT_TRUE(static_cast<bool>(outermost));
}

} // namespace
} // namespace spargio
