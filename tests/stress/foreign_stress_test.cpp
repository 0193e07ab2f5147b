// P16: threads that are no shards spawn, cancel, join and let go at any time.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

namespace stress {
namespace {

using namespace spargio;

struct foreign_case {
    std::string name;
    std::string tier;
    unsigned shards;
    std::uint32_t gap_steps;
    std::uint64_t tasks;
};

class P16_stress : public ::testing::TestWithParam<foreign_case> {};

task<> count_one(std::atomic<std::uint64_t>& ran, finish_line& line) {
    ran.fetch_add(1, std::memory_order_relaxed);
    line.arrive();
    co_return;
}

/// Each thread spawns with pauses, so that the shards fall asleep between.
TEST_P(P16_stress, no_task_spawned_by_a_foreign_thread_is_left_lying) {
    const auto& [name, tier, shards, gap_steps, full] = GetParam();
    constexpr std::uint32_t threads = 2;
    const std::uint64_t each = rounds(full);
    const forced_tier forced(tier);
    auto started = runtime::start({.shards = shards, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    std::atomic<std::uint64_t> ran{0};
    finish_line line(threads * each);
    std::vector<std::thread> outside;
    for (std::uint32_t me = 0; me < threads; ++me)
        outside.emplace_back([&, me, handle = (*started)->handle(), steps = gap_steps, count = shards] {
            dice random(me + 1);
            for (std::uint64_t i = 0; i < each; ++i) {
                work(random.roll(steps + 1));
                const placement where =
                    random.roll(2) == 0 ? placement(stealable{}) : pinned{random.roll(count)};
                handle.spawn(count_one(ran, line), where).detach();
            }
        });
    const bool ended = line.wait([&] { return ran.load(); });
    EXPECT_TRUE(ended) << ran.load() << " of " << threads * each << " tasks ran\n" << account(**started);
    for (auto& thread : outside) thread.join();
    EXPECT_EQ(ran.load(), threads * each);
    std::cout << ran.load() << " tasks, " << total_parks(**started) << " parks\n";
}

/// A thread that asks and waits: shard and thread sleep in each round.
TEST_P(P16_stress, a_foreign_thread_that_joins_each_task_never_waits_for_ever) {
    const auto& [name, tier, shards, gap_steps, full] = GetParam();
    const forced_tier forced(tier);
    auto started = runtime::start({.shards = shards, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    const auto number = [](std::uint64_t value) -> task<std::uint64_t> { co_return value; };
    std::atomic<std::uint64_t> joined{0};
    finish_line line(1);
    std::thread outside([&, handle = (*started)->handle(), steps = gap_steps, count = shards] {
        dice random(3);
        for (std::uint64_t i = 0; i < rounds(full) / 4; ++i) {
            work(random.roll(steps + 1));
            auto answer = handle.spawn(number(i), pinned{random.roll(count)});
            if (std::move(answer).get() == i) joined.fetch_add(1);
        }
        line.arrive();
    });
    EXPECT_TRUE(line.wait([&] { return joined.load(); })) << account(**started);
    outside.join();
    EXPECT_EQ(joined.load(), rounds(full) / 4);
}

INSTANTIATE_TEST_SUITE_P(foreign, P16_stress,
                         ::testing::Values(foreign_case{"send_msg_ring", "", 2, 300, 150'000},
                                           foreign_case{"send_msg_ring_long_gaps", "", 2, 3000, 60'000},
                                           foreign_case{"four_shards", "", 4, 300, 60'000},
                                           foreign_case{"eventfd", "no_send_msg_ring", 2, 300, 60'000},
                                           foreign_case{"eventfd_only", "no_msg_ring", 4, 300, 30'000},
                                           foreign_case{"no_defer", "no_defer", 2, 300, 30'000}),
                         [](const auto& each) { return each.param.name; });

task<> wait_for_mail() {
    const auto got = co_await this_shard::next_event();
    (void)got;
}

TEST(P16, a_task_may_be_cancelled_and_let_go_after_its_runtime_is_gone) {
    std::vector<join_handle<>> kept;
    for (int round = 0; round < 20; ++round) {
        auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(started.has_value()) << started.error().message;
        const auto stubborn = []() -> task<> {
            channel<int> silent(1);
            for (;;) {
                const auto got = co_await silent.receive();
                (void)got;
            }
        };
        for (std::uint32_t shard = 0; shard < 2; ++shard) {
            kept.push_back((*started)->spawn(wait_for_mail(), pinned{shard}));
            kept.push_back((*started)->spawn(stubborn(), pinned{shard}));
        }
    }
    for (auto& each : kept) {
        each.cancel();
        EXPECT_TRUE(each.ready());
    }
}

/// Handles of finished, waiting and running tasks are let go by other threads while the runtime stops.
TEST(P16, handles_may_be_dropped_and_cancelled_by_any_thread_while_the_runtime_stops) {
    constexpr int threads = 3;
    for (std::uint64_t round = 0; round < rounds(200); ++round) {
        auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(0)});
        ASSERT_TRUE(started.has_value()) << started.error().message;
        std::vector<std::vector<join_handle<>>> shares(threads);
        const auto finished = []() -> task<> { co_return; };
        const auto restless = []() -> task<> {
            for (;;) co_await yield();
        };
        for (std::uint32_t i = 0; i < 60; ++i) {
            auto& mine = shares[i % threads];
            if (i % 4 == 0) mine.push_back((*started)->spawn(wait_for_mail(), pinned{i / 4 % 2}));
            if (i % 4 == 1) mine.push_back((*started)->spawn(restless()));
            if (i % 4 >= 2) mine.push_back((*started)->spawn(finished()));
        }
        std::atomic<bool> go{false};
        std::vector<std::thread> outside;
        for (auto& share : shares)
            outside.emplace_back([&go, &share, round] {
                dice random(round + 1);
                while (!go.load(std::memory_order_acquire)) std::this_thread::yield();
                while (!share.empty()) {
                    work(random.roll(2000));
                    if (random.roll(3) == 0) share.back().cancel();
                    share.pop_back();
                }
            });
        go.store(true, std::memory_order_release);
        work(static_cast<std::uint32_t>(round * 137 % 20'000));
        started->reset();
        for (auto& thread : outside) thread.join();
    }
}

} // namespace
} // namespace stress
