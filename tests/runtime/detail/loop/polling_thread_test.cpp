// SQPOLL, and the presets: options that change how the ones around them work.
#include <spargio/spargio.hpp>

#include <gmock/gmock.h>

#include <string>

namespace spargio {
namespace {

using testing::AllOf;
using testing::HasSubstr;

runtime_options polling() {
    return {.shards = 2, .sqpoll = feature_use::on, .sqpoll_idle = std::chrono::milliseconds(1)};
}

/// Empty when rings with SQPOLL can be had here.
std::string why_no_polling() {
    const auto started = runtime::start(polling());
    return started ? "" : started.error().message;
}

TEST(R2, a_ring_with_a_polling_thread_says_so_and_defers_nothing) {
    if (const auto why = why_no_polling(); !why.empty()) GTEST_SKIP() << why;
    const auto started = runtime::start(polling());
    EXPECT_TRUE((*started)->features().sqpoll);
    EXPECT_FALSE((*started)->features().defer_taskrun);
    EXPECT_FALSE((*started)->features().coop_taskrun);
    EXPECT_THAT((*started)->features().summary(), HasSubstr("sqpoll"));
}

// Without spinning every message finds its target asleep or about to, and with an idle time of 1 ms some find
// the kernel's thread asleep as well: each bell must wake both.
TEST(R2, bells_ring_through_a_polling_thread) {
    if (const auto why = why_no_polling(); !why.empty()) GTEST_SKIP() << why;
    constexpr int rounds = 300;
    const auto body = []() -> task<int> {
        const auto answer = []() -> task<> {
            for (int i = 0; i < rounds; ++i) {
                const auto got = co_await this_shard::next_event();
                if (!got || !co_await this_shard::remote(0).send(1, got->value + 1)) co_return;
            }
        };
        auto other = spawn(answer(), pinned{1});
        int right = 0;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            (void)co_await this_shard::remote(1).send(1, i);
            const auto got = co_await this_shard::next_event();
            right += got && got->value == i + 1 ? 1 : 0;
        }
        co_await std::move(other);
        co_return right;
    };
    auto options = polling();
    options.spin = std::chrono::microseconds(0);
    EXPECT_EQ(run_on(options, 0, body), rounds);
}

TEST(R2, a_runtime_with_polling_threads_stops_and_starts_again) {
    if (const auto why = why_no_polling(); !why.empty()) GTEST_SKIP() << why;
    for (int i = 0; i < 10; ++i) {
        auto started = runtime::start(polling());
        ASSERT_TRUE(started.has_value()) << started.error().message;
        auto there =
            (*started)->spawn([]() -> task<std::uint32_t> { co_return this_shard::id(); }(), pinned{1});
        EXPECT_EQ(std::move(there).get(), 1u);
    }
}

TEST(R2, sqpoll_is_refused_together_with_what_it_excludes_and_both_are_named) {
    const auto deferred = resolve({.defer_taskrun = feature_use::on, .sqpoll = feature_use::on});
    ASSERT_FALSE(deferred.has_value());
    EXPECT_THAT(deferred.error().message, AllOf(HasSubstr("defer_taskrun"), HasSubstr("sqpoll")));
    const auto cooperative = resolve({.coop_taskrun = feature_use::on, .sqpoll = feature_use::on});
    ASSERT_FALSE(cooperative.has_value());
    EXPECT_THAT(cooperative.error().message, AllOf(HasSubstr("coop_taskrun"), HasSubstr("sqpoll")));
    const auto without_thread = resolve({.sqpoll_cpu = 0});
    ASSERT_FALSE(without_thread.has_value());
    EXPECT_THAT(without_thread.error().message, AllOf(HasSubstr("sqpoll_cpu"), HasSubstr("sqpoll is off")));
}

TEST(R2, where_a_polling_thread_is_merely_welcome_a_required_deferral_wins) {
    const auto started = runtime::start({.shards = 1, .sqpoll = feature_use::best});
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ((*started)->features().sqpoll, why_no_polling().empty());
    const auto deferred =
        runtime::start({.shards = 1, .defer_taskrun = feature_use::on, .sqpoll = feature_use::best});
    if (!deferred) GTEST_SKIP() << deferred.error().message;
    EXPECT_TRUE((*deferred)->features().defer_taskrun);
    EXPECT_FALSE((*deferred)->features().sqpoll);
}

TEST(R2, a_preset_fills_what_was_not_set_and_nothing_else) {
    runtime_options options{.preset = option_preset::throughput, .steal_budget = 5};
    const auto filled = with_preset(options);
    EXPECT_EQ(filled.steal_budget, 5u);
    EXPECT_EQ(filled.tasks_per_turn, 256u);
    EXPECT_EQ(filled.lane_capacity, 16'384u);
    EXPECT_EQ(filled.shards, 0u);
    options.preset = option_preset::latency;
    EXPECT_EQ(with_preset(options).spin, std::chrono::microseconds(200));
    EXPECT_EQ(with_preset(options).tasks_per_turn, 16u);
    EXPECT_EQ(with_preset(runtime_options{}).tasks_per_turn, runtime_options{}.tasks_per_turn);
    const auto resolved = resolve({.preset = option_preset::throughput, .shards = 1});
    ASSERT_TRUE(resolved.has_value());
    EXPECT_EQ(resolved->stealable_capacity, 16'384u);
}

TEST(R2, a_runtime_runs_with_either_preset) {
    for (const auto preset : {option_preset::latency, option_preset::throughput}) {
        const auto body = []() -> task<int> {
            auto other = spawn([]() -> task<int> { co_return 7; }(), pinned{1});
            co_return co_await std::move(other);
        };
        EXPECT_EQ(run_on({.preset = preset, .shards = 2}, 0, body), 7);
    }
}

} // namespace
} // namespace spargio
