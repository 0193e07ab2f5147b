#include <spargio/detail/ring/ring.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <sched.h>

namespace spargio {
namespace {

task<> nothing() { co_return; }

task<> take(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
        if (!co_await this_shard::next_event()) co_return;
}

task<> send_to(std::uint32_t target, std::uint64_t count) {
    const auto there = this_shard::remote(target);
    for (std::uint64_t i = 0; i < count; ++i)
        if (!co_await there.send(1, i)) co_return;
}

TEST(R47, messages_are_counted_where_they_are_sent_and_where_they_are_taken) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    auto taking = (*started)->spawn(take(1000), pinned{1});
    auto sending = (*started)->spawn(send_to(1, 1000), pinned{0});
    std::move(sending).get();
    std::move(taking).get();
    const runtime_stats stats = (*started)->stats();
    ASSERT_EQ(stats.shards.size(), 2u);
    EXPECT_EQ(stats.shards[0].messages_sent, 1000u);
    EXPECT_EQ(stats.shards[0].messages_received, 0u);
    EXPECT_EQ(stats.shards[1].messages_sent, 0u);
    EXPECT_EQ(stats.shards[1].messages_received, 1000u);
    EXPECT_EQ(stats.total().messages_sent, 1000u);
}

TEST(R47, a_refused_message_is_counted_as_overloaded) {
    auto started = runtime::start({.shards = 2, .lane_capacity = 4});
    ASSERT_TRUE(started.has_value());
    const auto flood = []() -> task<> {
        const auto there = this_shard::remote(1);
        for (int i = 0; i < 10; ++i) (void)there.post(1, 0); // nobody there takes messages
        co_return;
    };
    auto flooding = (*started)->spawn(flood(), pinned{0});
    std::move(flooding).get();
    EXPECT_EQ((*started)->stats(0).messages_sent, 4u);
    EXPECT_EQ((*started)->stats(0).messages_overloaded, 6u);
}

/// Returns when all that the shard had counted before has come about: it has slept after a task, and run
/// another one since, so whatever it had asked of its ring then is with the kernel. Of a shard that never
/// spins.
void let_it_settle(const runtime& of, std::uint32_t shard) {
    const auto parks = of.stats(shard).parks;
    of.spawn(nothing(), pinned{shard}).get();
    while (of.stats(shard).parks == parks) std::this_thread::yield();
    of.spawn(nothing(), pinned{shard}).get();
}

// Each round sends one message to a shard that has had time to fall asleep; sooner or later it has.
TEST(R47, a_doorbell_is_counted_by_who_rings_and_by_who_wakes) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    do {
        auto taking = (*started)->spawn(take(1), pinned{1});
        const auto parks = (*started)->stats(1).parks;
        while ((*started)->stats(1).parks == parks) std::this_thread::yield();
        auto sending = (*started)->spawn(send_to(1, 1), pinned{0});
        std::move(sending).get();
        std::move(taking).get();
    } while ((*started)->stats(0).bells_sent == 0 || (*started)->stats(1).bells_received == 0);
    // A shard counts what it is about to do, and its way into the kernel afterwards.
    const auto begun = (*started)->stats();
    for (const std::uint32_t shard : {0u, 1u}) let_it_settle(**started, shard);
    const auto stats = (*started)->stats();
    EXPECT_EQ(stats.shards[1].bells_sent, 0u);
    EXPECT_GE(stats.shards[1].ring_enters, begun.shards[1].parks);
    EXPECT_GE(stats.shards[0].ring_enters, begun.shards[0].bells_sent + begun.shards[0].parks);
    EXPECT_EQ(stats.total().bells_failed, 0u);
    EXPECT_EQ(stats.total().completions_lost, 0u);
}

TEST(R47, a_shard_counts_its_turns_to_spinning_and_to_sleep) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    const auto before = (*started)->stats(0);
    auto once = (*started)->spawn(nothing());
    std::move(once).get();
    while ((*started)->stats(0).parks == before.parks) std::this_thread::yield();
    EXPECT_GT((*started)->stats(0).spins, 0u);
    EXPECT_EQ((*started)->stats(0).tasks_run, 1u);

    auto unspun = runtime::start({.shards = 1, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(unspun.has_value());
    while ((*unspun)->stats(0).parks == 0) std::this_thread::yield();
    EXPECT_EQ((*unspun)->stats(0).spins, 0u);
}

TEST(R47, thefts_are_counted_by_the_thief) {
    constexpr std::uint32_t count = 100;
    std::atomic<std::uint32_t> ran{0};
    const auto one = [](std::atomic<std::uint32_t>& done) -> task<> {
        done.fetch_add(1);
        co_return;
    };
    // Keeps its shard busy until others have run them all.
    const auto hog = [&]() -> task<> {
        for (std::uint32_t i = 0; i < count; ++i) spawn(one(ran)).detach();
        while (ran.load() != count) std::this_thread::yield();
        co_return;
    };
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    auto hogging = (*started)->spawn(hog(), pinned{0});
    std::move(hogging).get();
    const auto stats = (*started)->stats();
    EXPECT_EQ(stats.shards[1].tasks_stolen, count);
    EXPECT_EQ(stats.shards[0].tasks_stolen, 0u);
    EXPECT_GE(stats.shards[1].steal_attempts, count / 32) << "a theft takes 32 at most";
    EXPECT_LE(stats.shards[1].steal_attempts, 100 * count);
}

TEST(R47, the_depths_of_the_queues_are_those_of_the_moment) {
    const auto body = []() -> task<shard_stats> {
        std::vector<join_handle<>> children;
        for (int i = 0; i < 5; ++i) children.push_back(spawn(nothing(), pinned{0}));
        for (int i = 0; i < 7; ++i) children.push_back(spawn(nothing()));
        const shard_stats full = detail::shard::current()->stats();
        for (auto& child : children) co_await std::move(child);
        const shard_stats empty = detail::shard::current()->stats();
        EXPECT_EQ(empty.ready_pinned + empty.ready_stealable, 0u);
        co_return full;
    };
    const shard_stats seen = run({.shards = 1}, body);
    EXPECT_EQ(seen.ready_pinned, 5u);
    EXPECT_EQ(seen.ready_stealable, 7u);
}

TEST(R47, messages_that_wait_are_counted_where_they_wait_and_those_from_outside_too) {
    auto started = runtime::start({.shards = 2, .lane_capacity = 8});
    ASSERT_TRUE(started.has_value());
    const auto fill = [](std::uint32_t count) -> task<> {
        const auto there = this_shard::remote(1);
        for (std::uint32_t i = 0; i < count; ++i) (void)there.post(1, i);
        co_return;
    };
    std::uint64_t expected = 0;
    // Every fill of the ring of slots, whatever its first slot is.
    for (std::uint32_t round = 0; round < 20; ++round) {
        for (std::uint32_t more = 0; more <= 8; ++more) {
            std::move((*started)->spawn(fill(more), pinned{0})).get();
            EXPECT_EQ((*started)->stats(1).messages_waiting, more);
            std::move((*started)->spawn(take(more), pinned{1})).get();
            EXPECT_EQ((*started)->stats(1).messages_waiting, 0u);
        }
        std::move((*started)->spawn(fill(1), pinned{0})).get(); // begins the next round one slot later
        std::move((*started)->spawn(take(1), pinned{1})).get();
    }
    for (; expected < 5; ++expected) ASSERT_TRUE((*started)->handle().post(1, 1, 0).has_value());
    EXPECT_EQ((*started)->stats(1).messages_waiting, expected);
    EXPECT_EQ((*started)->stats(0).messages_waiting, 0u);
}

TEST(R47, tasks_that_were_handed_over_are_counted_until_they_are_taken_up) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    std::atomic<bool> busy{false};
    std::atomic<bool> go{false};
    const auto hog = [](std::atomic<bool>& here, std::atomic<bool>& until) -> task<> {
        here.store(true);
        while (!until.load()) std::this_thread::yield();
        co_return;
    };
    auto hogging = (*started)->spawn(hog(busy, go), pinned{0});
    while (!busy.load()) std::this_thread::yield();
    std::vector<join_handle<>> others;
    for (int i = 0; i < 7; ++i) others.push_back((*started)->spawn(nothing(), pinned{0}));
    EXPECT_EQ((*started)->stats(0).tasks_arriving, 7u);
    go.store(true);
    for (auto& each : others) std::move(each).get();
    std::move(hogging).get();
    EXPECT_EQ((*started)->stats(0).tasks_arriving, 0u);
}

TEST(R47, a_shard_that_wakes_on_another_cpu_than_its_own_is_counted) {
    cpu_set_t usable;
    ASSERT_EQ(sched_getaffinity(0, sizeof usable, &usable), 0);
    if (CPU_COUNT(&usable) < 2) GTEST_SKIP() << "needs two CPUs";
    auto started = runtime::start(
        {.shards = 1, .affinity = shard_affinity::automatic(), .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    while ((*started)->stats(0).parks == 0) std::this_thread::yield();
    std::move((*started)->spawn(nothing())).get();
    EXPECT_EQ((*started)->stats(0).affinity_violations, 0u);
    const auto move_away = [](cpu_set_t allowed, int bound) -> task<> {
        CPU_CLR(bound, &allowed);
        EXPECT_EQ(sched_setaffinity(0, sizeof allowed, &allowed), 0);
        co_return;
    };
    std::move((*started)->spawn(move_away(usable, (*started)->binding(0).cpu))).get();
    while ((*started)->stats(0).affinity_violations == 0) std::move((*started)->spawn(nothing())).get();
}

// A timer ends most sleeps here; each that it ends although a message had come would be counted.
TEST(P3, a_timer_that_ends_a_sleep_never_finds_work_of_which_nobody_has_told) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto tick = []() -> task<> {
        while (co_await sleep_for(std::chrono::microseconds(50))) {
        }
    };
    for (std::uint32_t i = 0; i < 2; ++i) (*started)->spawn(tick(), pinned{i}).detach();
    const auto send_slowly = [](std::uint64_t count) -> task<> {
        const auto there = this_shard::remote(1);
        for (std::uint64_t i = 0; i < count; ++i) {
            (void)co_await there.send(1, i);
            (void)co_await sleep_for(std::chrono::microseconds(i % 40));
        }
    };
    auto taking = (*started)->spawn(take(2000), pinned{1});
    auto sending = (*started)->spawn(send_slowly(2000), pinned{0});
    std::move(sending).get();
    std::move(taking).get();
    EXPECT_EQ((*started)->stats().total().timeout_wakes_with_work, 0u);
    EXPECT_GT((*started)->stats().total().parks, 0u);
}

TEST(R47, each_frame_is_a_hit_or_a_miss_of_the_pool) {
    const auto frames = [](const shard_stats& of) { return of.frame_pool_hits + of.frame_pool_misses; };
    const auto body = [&]() -> task<std::uint64_t> {
        const auto before = frames(detail::shard::current()->stats());
        for (int i = 0; i < 1000; ++i) co_await nothing();
        co_return frames(detail::shard::current()->stats()) - before;
    };
    EXPECT_EQ(run({.shards = 1}, body), 1000u);
}

TEST(R47, a_difference_subtracts_totals_and_keeps_what_counts_now) {
    shard_stats earlier;
    shard_stats later;
    std::uint64_t step = 0;
    for (const stat_field& each : stat_fields()) {
        earlier.*each.value = ++step;
        later.*each.value = 10 * step;
    }
    runtime_stats before{{}, {earlier, earlier}};
    runtime_stats after{{}, {later, later}};
    const runtime_stats between = after - before;
    ASSERT_EQ(between.shards.size(), 2u);
    step = 0;
    for (const stat_field& each : stat_fields()) {
        ++step;
        EXPECT_EQ(between.shards[1].*each.value, each.kind == stat_kind::total ? 9 * step : 10 * step)
            << each.name;
        EXPECT_EQ(after.total().*each.value, 20 * step) << each.name;
    }
}

TEST(R47, counters_can_be_read_after_the_stop_and_past_the_last_shard_there_are_none) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    started->reset();
    EXPECT_EQ(handle.stats().shards.size(), 2u);
    EXPECT_THROW((void)handle.stats(2), std::out_of_range);
}

// A ring with room for 8 completions gets 20 bells: the kernel keeps those that do not fit.
TEST(R47, a_full_completion_queue_is_seen_and_loses_nothing) {
    detail::counter enters;
    auto made = detail::ring::create({.ring_entries = 8, .cq_entries = 8}, enters);
    ASSERT_TRUE(made.has_value());
    detail::ring& tested = **made;
    if (tested.features().between_shards != shard_wake::msg_ring) GTEST_SKIP() << "no MSG_RING here";
    tested.take_over();
    unsigned received = 0;
    bool overflown = false;
    for (int i = 0; i < 20; ++i) (void)tested.send_bell(tested.descriptor(), 0);
    EXPECT_GE(enters.read(), 20u);
    while (received < 20) {
        if (tested.has_unsubmitted() || tested.kernel_has_more()) tested.submit_and_fetch();
        overflown = overflown || tested.overflown();
        received += tested.reap([](const detail::completion&) {});
    }
    EXPECT_TRUE(overflown);
    EXPECT_EQ(tested.completions_lost(), 0u);
}

} // namespace
} // namespace spargio
