// R38, R36, R37: mutex, semaphore, condition and when_any under random cancellations, on several shards: nobody
// is in a section twice, no unit and no value is lost, and nobody who should be woken waits for ever.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <utility>
#include <vector>

namespace stress {
namespace {

using namespace spargio;

class R38_stress : public ::testing::TestWithParam<std::uint32_t> {};

placement somewhere(dice& random, std::uint32_t shards) {
    return random.roll(2) == 0 ? placement(stealable{}) : pinned{random.roll(shards)};
}

/// Starts a task for each of `tasks`, cancels some of them at random moments and waits for all.
template <class Make>
task<> with_random_cancels(std::uint32_t shards, std::uint64_t rounds_left, std::uint32_t tasks, Make& make,
                           std::atomic<std::uint64_t>& progress) {
    dice random(rounds_left + shards);
    for (; rounds_left > 0; --rounds_left) {
        std::vector<join_handle<>> all;
        for (std::uint32_t i = 0; i < tasks; ++i)
            all.push_back(spawn(make(random.roll(~0u)), somewhere(random, shards)));
        for (auto& each : all) {
            work(random.roll(400));
            if (random.roll(8) == 0) co_await yield();
            if (random.roll(3) == 0) each.cancel();
        }
        for (auto& each : all) co_await std::move(each);
        progress.fetch_add(1);
    }
}

/// Runs `root` and gives up when nothing moves any more.
void run_watched(std::uint32_t shards, std::atomic<std::uint64_t>& progress, task<> root) {
    auto started = runtime::start({.shards = shards, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    finish_line line(1);
    const auto to_the_end = [](task<> work, finish_line& over) -> task<> {
        co_await std::move(work);
        over.arrive();
    };
    auto handle = (*started)->spawn(to_the_end(std::move(root), line));
    const bool ended = line.wait([&] { return progress.load(); });
    ASSERT_TRUE(ended) << "after " << progress.load() << " rounds\n" << account(**started);
    std::move(handle).get();
}

TEST_P(R38_stress, a_mutex_lets_one_in_at_a_time_whoever_is_cancelled) {
    mutex lock;
    std::uint64_t inside = 0;
    std::uint64_t entered = 0;
    std::atomic<std::uint64_t> granted{0};
    std::atomic<std::uint64_t> violations{0};
    std::atomic<std::uint64_t> progress{0};
    auto make = [&](std::uint32_t seed) -> task<> {
        dice random(seed);
        for (int i = 0; i < 20; ++i) {
            const auto held = co_await lock.lock();
            if (!held) co_return;
            granted.fetch_add(1, std::memory_order_relaxed);
            if (inside++ != 0) violations.fetch_add(1);
            ++entered;
            if (random.roll(4) == 0) co_await yield();
            --inside;
        }
    };
    run_watched(GetParam(), progress, with_random_cancels(GetParam(), rounds(8000), 12, make, progress));
    EXPECT_EQ(violations.load(), 0);
    EXPECT_EQ(entered, granted.load());
    EXPECT_TRUE(lock.try_lock());
}

TEST_P(R38_stress, a_semaphore_keeps_all_its_units_whoever_is_cancelled) {
    constexpr std::size_t units = 6;
    semaphore from(units);
    std::atomic<std::size_t> out{0};
    std::atomic<std::uint64_t> violations{0};
    std::atomic<std::uint64_t> progress{0};
    auto make = [&](std::uint32_t seed) -> task<> {
        dice random(seed);
        for (int i = 0; i < 20; ++i) {
            const std::size_t wanted = 1 + random.roll(units);
            const auto got = co_await from.acquire(wanted);
            if (!got) co_return;
            if (out.fetch_add(wanted) + wanted > units) violations.fetch_add(1);
            if (random.roll(4) == 0) co_await yield();
            out.fetch_sub(wanted);
            from.release(wanted);
        }
    };
    run_watched(GetParam(), progress, with_random_cancels(GetParam(), rounds(8000), 12, make, progress));
    EXPECT_EQ(violations.load(), 0);
    EXPECT_EQ(from.available(), units);
}

/// Values through a queue made of mutex and condition. Takers are cancelled at random; a new one always
/// follows.
TEST_P(R38_stress, a_condition_loses_no_wake_whoever_is_cancelled) {
    mutex lock;
    condition changed;
    std::deque<std::uint64_t> values;
    std::atomic<std::uint64_t> taken{0};
    std::atomic<std::uint64_t> sum{0};
    const std::uint64_t count = rounds(60'000);
    auto take_some = [&](std::uint32_t) -> task<> {
        for (;;) {
            auto held = co_await lock.lock();
            if (!held) co_return;
            const auto there =
                co_await changed.wait(*held, [&] { return !values.empty() || taken.load() == count; });
            if (!there || values.empty()) co_return;
            sum.fetch_add(values.front());
            values.pop_front();
            if (taken.fetch_add(1) + 1 == count) changed.notify_all();
        }
    };
    const auto root = [&](std::uint32_t shards) -> task<> {
        dice random(shards);
        const auto put_all = [&]() -> task<> {
            for (std::uint64_t i = 1; i <= count; ++i) {
                auto held = co_await lock.lock();
                values.push_back(i);
                held->unlock();
                changed.notify_one();
            }
        };
        auto producer = spawn(put_all(), pinned{shards - 1});
        while (taken.load() != count) {
            std::vector<join_handle<>> takers;
            for (int i = 0; i < 4; ++i) takers.push_back(spawn(take_some(0), somewhere(random, shards)));
            for (int i = 0; i < 20; ++i) {
                work(random.roll(2000));
                co_await yield();
            }
            for (std::size_t i = 0; i < 4; ++i)
                if (i != 0 || random.roll(2) == 0) takers[i].cancel();
            // Without this cancellation the last one would end only when all has been taken, and it does.
            for (auto& each : takers) co_await std::move(each);
        }
        co_await std::move(producer);
    };
    run_watched(GetParam(), taken, root(GetParam()));
    EXPECT_EQ(taken.load(), count);
    EXPECT_EQ(sum.load(), count * (count + 1) / 2);
}

/// Losers of a race are cancelled while they wait for a unit: it goes to them or stays, but isn't lost.
TEST_P(R38_stress, races_for_units_and_locks_end_with_all_losers_gone) {
    semaphore from(3);
    mutex lock;
    std::atomic<std::int64_t> alive{0};
    std::atomic<std::uint64_t> violations{0};
    std::atomic<std::uint64_t> progress{0};
    const auto unit = [&](std::uint32_t seed) -> task<int> {
        alive.fetch_add(1);
        const auto got = co_await from.acquire(1 + seed % 3);
        if (got) {
            if (seed % 2 == 0) co_await yield();
            from.release(1 + seed % 3);
        }
        alive.fetch_sub(1);
        co_return got ? 1 : 0;
    };
    const auto section = [&](std::uint32_t seed) -> task<int> {
        alive.fetch_add(1);
        {
            const auto held = co_await lock.lock();
            if (held && seed % 2 == 0) co_await yield();
        }
        alive.fetch_sub(1);
        co_return 2;
    };
    auto make = [&](std::uint32_t seed) -> task<> {
        dice random(seed);
        std::atomic<int> mine{0};
        const auto counted = [](std::atomic<int>& count, task<int> work) -> task<int> {
            count.fetch_add(1);
            const int result = co_await std::move(work);
            count.fetch_sub(1);
            co_return result;
        };
        for (int i = 0; i < 4; ++i) {
            const auto first =
                co_await when_any(counted(mine, unit(random.roll(99))), counted(mine, unit(random.roll(99))),
                                  counted(mine, section(random.roll(99))));
            if (mine.load() != 0 || first.index > 2) violations.fetch_add(1);
        }
    };
    run_watched(GetParam(), progress, with_random_cancels(GetParam(), rounds(4000), 8, make, progress));
    EXPECT_EQ(violations.load(), 0);
    EXPECT_EQ(alive.load(), 0);
    EXPECT_EQ(from.available(), 3);
    EXPECT_TRUE(lock.try_lock());
}

INSTANTIATE_TEST_SUITE_P(shards, R38_stress, ::testing::Values(2, 4));

} // namespace
} // namespace stress
