// R11: a task that finds what it waits for ready, over and over, still lets the others of its shard run.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

namespace spargio {
namespace {

/// What the loop of a busy task waits for, which never keeps it waiting.
struct ready_things {
    mutex lock;
    semaphore units{1};
    manual_event event;
    latch arrived{0};
};

task<> lock_and_let_go(ready_things& things) {
    const auto mine = co_await things.lock.lock();
    EXPECT_TRUE(mine.has_value());
}
task<> lock_regardless(ready_things& things) {
    const auto mine = co_await things.lock.lock_regardless();
    EXPECT_TRUE(mine.owns_lock());
}
task<> take_and_give_back(ready_things& things) {
    const auto got = co_await things.units.acquire();
    EXPECT_TRUE(got.has_value());
    EXPECT_EQ(things.units.available(), 0);
    things.units.release();
}
task<> wait_for_what_happened(ready_things& things) {
    const auto happened = co_await things.event.wait();
    EXPECT_TRUE(happened.has_value());
}
task<> wait_for_nobody(ready_things& things) {
    const auto all_here = co_await things.arrived.wait();
    EXPECT_TRUE(all_here.has_value());
}

struct always_ready_case {
    std::string_view name;
    task<> (*wait)(ready_things&);
};

std::ostream& operator<<(std::ostream& out, const always_ready_case& shown) { return out << shown.name; }

class R11 : public testing::TestWithParam<always_ready_case> {};

TEST_P(R11, a_task_that_never_has_to_wait_gives_way) {
    constexpr int rounds = 5'000;
    int since = 0;
    int most = 0;
    bool over = false;
    const auto busy = [&](ready_things& things) -> task<> {
        for (int i = 0; i < rounds; ++i) {
            co_await GetParam().wait(things);
            most = std::max(most, ++since);
        }
        over = true;
    };
    const auto others = [&]() -> task<> {
        while (!over) {
            since = 0;
            co_await yield();
        }
    };
    const auto body = [&]() -> task<> {
        ready_things things;
        things.event.set();
        auto first = spawn(busy(things), pinned{0});
        auto second = spawn(others(), pinned{0});
        co_await std::move(first);
        co_await std::move(second);
    };
    run_on({.shards = 1}, 0, body);
    EXPECT_LE(most, 2 * 257);
}

// A task that was asked to stop is answered at once, however often it asks.
TEST(R11, a_cancelled_task_that_asks_again_and_again_gives_way) {
    constexpr int rounds = 5'000;
    int since = 0;
    int most = 0;
    bool over = false;
    const auto stubborn = [&](semaphore& none) -> task<> {
        co_await this_task::cancelled();
        for (int i = 0; i < rounds; ++i) {
            const auto got = co_await none.acquire();
            EXPECT_FALSE(got.has_value());
            most = std::max(most, ++since);
        }
        over = true;
    };
    const auto others = [&]() -> task<> {
        while (!over) {
            since = 0;
            co_await yield();
        }
    };
    const auto body = [&]() -> task<> {
        semaphore none(0);
        auto first = spawn(stubborn(none), pinned{0});
        auto second = spawn(others(), pinned{0});
        first.cancel();
        co_await std::move(first);
        co_await std::move(second);
    };
    run_on({.shards = 1}, 0, body);
    EXPECT_LE(most, 2 * 257);
}

INSTANTIATE_TEST_SUITE_P(R38, R11,
                         testing::Values(always_ready_case{"mutex", lock_and_let_go},
                                         always_ready_case{"mutex_regardless", lock_regardless},
                                         always_ready_case{"semaphore", take_and_give_back},
                                         always_ready_case{"event", wait_for_what_happened},
                                         always_ready_case{"latch", wait_for_nobody}),
                         [](const auto& each) { return std::string(each.param.name); });

} // namespace
} // namespace spargio
