// P3 and R10 together: no stealable task stays queued while a shard sleeps, whatever its spawner goes on to do;
// and P1 for tasks: each runs once.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace stress {
namespace {

using namespace spargio;

struct meeting {
    explicit meeting(std::uint32_t expected) : expected(expected) {}

    /// Keeps the shard busy until all are here: only other shards can run the tasks that are missing.
    void attend() noexcept {
        here.fetch_add(1, std::memory_order_acq_rel);
        while (here.load(std::memory_order_acquire) < expected && !given_up.load(std::memory_order_relaxed))
            std::this_thread::yield();
    }

    const std::uint32_t expected;
    std::atomic<std::uint32_t> here{0};
    std::atomic<bool> given_up{false};
};

task<> attend(std::shared_ptr<meeting> at, std::uint32_t gap) {
    work(gap);
    at->attend();
    co_return;
}

task<> be_busy_on_mail(std::atomic<std::uint64_t>& taken) {
    for (;;) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        work(static_cast<std::uint32_t>(got->value));
        taken.fetch_add(1, std::memory_order_relaxed);
    }
}

struct meetings {
    std::atomic<std::uint64_t> held{0};
    std::mutex lock;
    std::shared_ptr<meeting> now;
};

/// In each round one task a shard, this one included, which must all run at the same time.
task<> call_meetings(meetings& all, finish_line& line, std::uint64_t count, bool with_mail) {
    dice random(5);
    const std::uint32_t shards = this_shard::count();
    for (std::uint64_t round = 0; round < count; ++round) {
        auto at = std::make_shared<meeting>(shards);
        {
            const std::lock_guard hold(all.lock);
            all.now = at;
        }
        std::vector<join_handle<>> children;
        for (std::uint32_t i = 1; i < shards; ++i) {
            if (with_mail) (void)this_shard::remote(1 + random.roll(shards - 1)).post(0, random.roll(2000));
            work(random.roll(600));
            children.push_back(spawn(attend(at, random.roll(300))));
        }
        at->attend();
        if (at->given_up.load()) break;
        for (auto& child : children) co_await std::move(child);
        all.held.fetch_add(1, std::memory_order_relaxed);
        for (std::uint32_t pause = random.roll(4); pause > 0; --pause) co_await yield();
    }
    line.arrive();
}

void hold_meetings(std::uint32_t shards, std::uint64_t count, unsigned spin_us, bool with_mail) {
    meetings all;
    finish_line line(1);
    std::atomic<std::uint64_t> mail{0};
    auto started = runtime::start({.shards = shards, .spin = std::chrono::microseconds(spin_us)});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    if (with_mail)
        for (std::uint32_t i = 1; i < shards; ++i) (*started)->spawn(be_busy_on_mail(mail), pinned{i}).detach();
    (*started)->spawn(call_meetings(all, line, count, with_mail), pinned{0}).detach();
    const bool ended = line.wait([&] { return all.held.load(); });
    EXPECT_TRUE(ended) << "a task stays queued while a shard sleeps, after " << all.held.load() << " of "
                       << count << " rounds\n"
                       << account(**started);
    {
        const std::lock_guard hold(all.lock);
        if (all.now) all.now->given_up.store(true);
    }
    EXPECT_EQ(all.held.load(), count);
    std::cout << all.held.load() << " rounds, " << total_parks(**started) << " parks\n";
}

TEST(P3_stealing, two_shards_take_each_task_while_its_spawner_computes) {
    hold_meetings(2, rounds(40'000), 0, false);
}

TEST(P3_stealing, spinning_shards_take_each_task_while_its_spawner_computes) {
    hold_meetings(2, rounds(40'000), 50, false);
}

TEST(P3_stealing, four_shards_take_each_task_while_its_spawner_computes) {
    hold_meetings(4, rounds(10'000), 0, false);
}

TEST(P3_stealing, shards_that_get_mail_leave_no_task_to_a_sleeping_shard) {
    hold_meetings(4, rounds(10'000), 0, true);
}

task<std::uint64_t> tree(std::uint32_t depth, std::uint64_t seed, std::atomic<std::uint64_t>& ran) {
    ran.fetch_add(1, std::memory_order_relaxed);
    if (depth == 0) co_return 1;
    dice random(seed);
    std::vector<join_handle<std::uint64_t>> children;
    for (std::uint32_t i = 0; i < 4; ++i) {
        work(random.roll(100));
        const placement where = random.roll(8) == 0 ? placement(round_robin{}) : placement(stealable{});
        children.push_back(spawn(tree(depth - 1, seed * 4 + i, ran), where));
    }
    std::uint64_t sum = 1;
    for (auto& child : children) sum += co_await std::move(child);
    co_return sum;
}

TEST(P1_stealing, each_task_of_a_tree_runs_exactly_once) {
    constexpr std::uint64_t nodes = (4 * 4 * 4 * 4 * 4 * 4 * 4 - 1) / 3; // depth 6
    for (const std::uint32_t shards : {2u, 4u}) {
        auto started = runtime::start({.shards = shards, .stealable_capacity = 64});
        ASSERT_TRUE(started.has_value()) << started.error().message;
        for (std::uint64_t round = 0; round < rounds(100); ++round) {
            std::atomic<std::uint64_t> ran{0};
            EXPECT_EQ((*started)->spawn(tree(6, round + 1, ran)).get(), nodes);
            EXPECT_EQ(ran.load(), nodes);
        }
        std::uint64_t stolen = 0;
        for (std::size_t i = 0; i < shards; ++i) stolen += (*started)->stats(i).tasks_stolen;
        EXPECT_GT(stolen, 0u) << "nothing was stolen, so nothing was tested";
    }
}

struct wanderings {
    explicit wanderings(std::uint64_t goal) : goal(goal) {}
    const std::uint64_t goal;
    std::atomic<std::uint64_t> waits{0};
    std::atomic<std::uint64_t> astray{0};
};

/// A stealable task that belongs to a shard only while it waits for something of that shard.
task<> wander_and_wait(wanderings& all, finish_line& line) {
    while (all.waits.load(std::memory_order_relaxed) < all.goal) {
        const std::uint32_t here = this_shard::id();
        const auto got = co_await this_shard::next_event();
        if (!got) break;
        if (this_shard::id() != here) all.astray.fetch_add(1, std::memory_order_relaxed);
        if (all.waits.fetch_add(1, std::memory_order_relaxed) + 1 == all.goal) line.arrive();
        work(static_cast<std::uint32_t>(got->value));
    }
}

task<> send_to_all(wanderings& all) {
    dice random(this_shard::id() + 21);
    while (all.waits.load(std::memory_order_relaxed) < all.goal) {
        for (std::uint32_t i = random.roll(6); i > 0; --i)
            (void)this_shard::remote(random.roll(this_shard::count())).post(1, random.roll(500));
        work(random.roll(300));
        co_await yield();
    }
}

TEST(P5_stealing, a_stealable_task_goes_on_where_it_waited) {
    for (const std::uint32_t shards : {2u, 4u}) {
        wanderings all(rounds(200'000));
        finish_line line(1);
        auto started = runtime::start({.shards = shards, .lane_capacity = 64});
        ASSERT_TRUE(started.has_value()) << started.error().message;
        for (int i = 0; i < 24; ++i) (*started)->spawn(wander_and_wait(all, line)).detach();
        for (std::uint32_t i = 0; i < shards; ++i) (*started)->spawn(send_to_all(all), pinned{i}).detach();
        EXPECT_TRUE(line.wait([&] { return all.waits.load(); })) << account(**started);
        started->reset();
        EXPECT_EQ(all.astray.load(), 0u) << "of " << all.waits.load() << " waits";
    }
}

struct post_office {
    explicit post_office(std::uint64_t count) : copies(count) {}
    std::vector<std::uint8_t> copies; ///< of each number, by the receiving shard
    std::atomic<std::uint64_t> taken{0};
    std::uint64_t unheard_of = 0;
};

task<> count_copies(post_office& all, finish_line& line) {
    for (;;) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        if (got->tag != 9 || got->source != 0 || got->value >= all.copies.size()) {
            ++all.unheard_of;
            continue;
        }
        ++all.copies[got->value];
        if (all.taken.fetch_add(1, std::memory_order_relaxed) + 1 == all.copies.size()) line.arrive();
    }
}

task<> send_each_number_once(std::uint64_t count) {
    dice random(11);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto done = co_await this_shard::remote(1).send(9, i);
        if (!done) co_return;
        if (i % 700 == 0) work(random.roll(30'000));
    }
}

/// Several tasks on one shard wait for mail: each message goes to one of them.
TEST(P1_mail, several_tasks_that_wait_on_one_shard_get_each_message_once) {
    post_office all(rounds(400'000));
    finish_line line(1);
    auto started = runtime::start({.shards = 2, .lane_capacity = 4096});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    for (int i = 0; i < 4; ++i) (*started)->spawn(count_copies(all, line), pinned{1}).detach();
    (*started)->spawn(send_each_number_once(all.copies.size()), pinned{0}).detach();
    EXPECT_TRUE(line.wait([&] { return all.taken.load(); })) << account(**started);
    started->reset();
    EXPECT_EQ(all.unheard_of, 0u) << "messages that nobody sent";
    EXPECT_EQ(std::ranges::count(all.copies, 1), static_cast<std::ptrdiff_t>(all.copies.size()));
}

} // namespace
} // namespace stress
