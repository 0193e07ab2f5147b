#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

namespace spargio {
namespace {

std::set<int> threads_of_process() {
    std::set<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
        found.insert(std::stoi(entry.path().filename()));
    return found;
}

std::chrono::nanoseconds cpu_time_of(const std::set<int>& threads) {
    std::chrono::nanoseconds sum{0};
    for (const int each : threads) {
        // As pthread_getcpuclockid(3) makes it: the complement of the number, CPUCLOCK_SCHED of one thread.
        const auto clock = static_cast<clockid_t>(~static_cast<unsigned>(each) << 3 | 6U);
        timespec now{};
        EXPECT_EQ(clock_gettime(clock, &now), 0);
        sum += std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    }
    return sum;
}

task<> nothing() { co_return; }

/// Waits until every shard sleeps: until the counts of sleeps stand still.
void let_settle(const runtime& tested) {
    std::uint64_t before = ~std::uint64_t{0};
    for (;;) {
        std::uint64_t parks = 0;
        for (std::size_t i = 0; i < tested.shards(); ++i) parks += tested.stats(i).parks;
        if (parks == before && parks >= tested.shards()) return;
        before = parks;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

class P12 : public testing::TestWithParam<unsigned> {};

// The measure is CPU time, not elapsed time: a loaded machine makes it smaller, never larger. It is that of the
// threads that come with the runtime: ThreadSanitizer has one of its own, which begins with the first that a
// program makes and looks round ten times a second.
TEST_P(P12, an_idle_runtime_sleeps_and_uses_no_cpu) {
    std::thread([] {}).join();
    const std::set<int> others = threads_of_process();
    auto started = runtime::start({.shards = GetParam()});
    ASSERT_TRUE(started.has_value());
    auto once = (*started)->spawn(nothing());
    std::move(once).get();
    let_settle(**started);
    std::set<int> own = threads_of_process();
    std::erase_if(own, [&](int each) { return others.contains(each); });
    ASSERT_GE(own.size(), GetParam());
    const auto before = cpu_time_of(own);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto used = cpu_time_of(own) - before;
    EXPECT_LT(used, std::chrono::microseconds(500)) << "that is 0.1 % of one CPU";
}

INSTANTIATE_TEST_SUITE_P(with_shards, P12, testing::Values(1, 2, 64));

// On a loaded machine a shard may get the CPU that it needs to fall asleep only after `let_settle` has
// returned. So one still window of several is enough: a shard that woke by itself at least every 300 ms would
// disturb them all.
TEST(P3, an_idle_runtime_does_not_wake_by_itself) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    auto once = (*started)->spawn(nothing());
    std::move(once).get();
    let_settle(**started);
    const auto parks = [&] { return (*started)->stats(0).parks + (*started)->stats(1).parks; };
    bool has_stood_still = false;
    for (int window = 0; window < 10 && !has_stood_still; ++window) {
        const auto before = parks();
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        has_stood_still = parks() == before;
    }
    EXPECT_TRUE(has_stood_still);
}

} // namespace
} // namespace spargio
