// R13: yield() has ring, lanes and timers looked at, however long a task computes between two of them.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

void compute_for_a_millisecond() {
    const auto until = std::chrono::steady_clock::now() + 1ms;
    while (std::chrono::steady_clock::now() < until) continue;
}

/// Begins what will be seen by a look, and says how many yields it takes until `seen`, each after a millisecond
/// of computing.
template <class Begin>
task<int> yields_until(bool& seen, Begin begin) {
    seen = false;
    begin();
    int yields = 0;
    while (!seen) {
        compute_for_a_millisecond();
        ++yields;
        co_await yield();
    }
    co_return yields;
}

/// The most yields that any of some rounds takes, of which the first ones only teach.
template <class Begin>
task<int> most_yields(bool& seen, Begin begin) {
    int most = 0;
    for (int round = 0; round < 20; ++round) {
        const int yields = co_await yields_until(seen, begin);
        if (round >= 4) most = std::max(most, yields);
    }
    co_return most;
}

TEST(R13, a_task_that_computes_and_yields_sees_a_message_with_the_next_yields) {
    const auto body = []() -> task<int> {
        bool seen = false;
        const auto takes = [](bool& noted) -> task<> {
            while (co_await this_shard::next_event()) noted = true;
        };
        auto taking = spawn(takes(seen), pinned{0});
        const auto own = this_shard::context().handle();
        const auto sends = [own] { (void)own.post(0, 1, 1); };
        const int most = co_await most_yields(seen, sends);
        taking.cancel();
        co_await std::move(taking);
        co_return most;
    };
    EXPECT_LE(run({.shards = 1}, body), 3);
}

TEST(R13, a_task_that_computes_and_yields_sees_a_timer_that_is_due_with_the_next_yields) {
    const auto body = []() -> task<int> {
        bool seen = false;
        const auto sleeps = [](bool& noted) -> task<> {
            (void)co_await sleep_for(1us);
            noted = true;
        };
        const auto begins = [&] { spawn(sleeps(seen), pinned{0}).detach(); };
        co_return co_await most_yields(seen, begins);
    };
    EXPECT_LE(run({.shards = 1}, body), 3);
}

TEST(R13, a_task_that_computes_and_yields_sees_a_readable_pipe_with_the_next_yields) {
    const auto body = []() -> task<int> {
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0) co_return -1;
        bool seen = false;
        const auto reads = [](int from, bool& noted) -> task<> {
            std::byte one[1];
            while ((co_await ops::read(from, one, 0)).value_or(0) == 1) noted = true;
        };
        auto reading = spawn(reads(ends[0], seen), pinned{0});
        const auto writes = [&] { (void)!::write(ends[1], "x", 1); };
        const int most = co_await most_yields(seen, writes);
        ::close(ends[1]);
        co_await std::move(reading);
        ::close(ends[0]);
        co_return most;
    };
    EXPECT_LE(run({.shards = 1}, body), 4);
}

} // namespace
} // namespace spargio
