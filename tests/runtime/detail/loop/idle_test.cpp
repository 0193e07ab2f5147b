#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

namespace spargio {
namespace {

std::chrono::nanoseconds cpu_time_of_process() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
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

// The measure is CPU time, not elapsed time: a loaded machine makes it smaller, never larger.
TEST_P(P12, an_idle_runtime_sleeps_and_uses_no_cpu) {
    auto started = runtime::start({.shards = GetParam()});
    ASSERT_TRUE(started.has_value());
    auto once = (*started)->spawn(nothing());
    std::move(once).get();
    let_settle(**started);
    const auto before = cpu_time_of_process();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto used = cpu_time_of_process() - before;
    EXPECT_LT(used, std::chrono::microseconds(500)) << "that is 0.1 % of one CPU";
}

INSTANTIATE_TEST_SUITE_P(with_shards, P12, testing::Values(1, 2, 64));

TEST(P3, an_idle_runtime_does_not_wake_by_itself) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    auto once = (*started)->spawn(nothing());
    std::move(once).get();
    let_settle(**started);
    const auto parks = [&] { return (*started)->stats(0).parks + (*started)->stats(1).parks; };
    const auto before = parks();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(parks(), before);
}

} // namespace
} // namespace spargio
