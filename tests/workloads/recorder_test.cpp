// The recorder: one lane a thread, no lock (W5).
#include "workloads/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

TEST(recorder, W5_threads_record_at_once_each_in_its_lane_and_nothing_is_lost) {
    constexpr std::size_t lanes = 4;
    constexpr std::uint64_t each = 50'000;
    recorder all(lanes);
    {
        std::vector<std::jthread> threads;
        for (std::size_t lane = 0; lane < lanes; ++lane)
            threads.emplace_back([&all, lane] {
                auto& mine = all.lane(lane);
                for (std::uint64_t i = 0; i < each; ++i) mine.record(lane + 1);
            });
    }
    const auto merged = all.merged();
    EXPECT_EQ(merged.total(), lanes * each);
    for (std::size_t lane = 0; lane < lanes; ++lane) EXPECT_EQ(merged.count_in(lane + 1), each);
}

TEST(recorder, W5_lanes_do_not_share_a_cache_line) {
    recorder two(2);
    const auto apart = reinterpret_cast<char*>(&two.lane(1)) - reinterpret_cast<char*>(&two.lane(0));
    EXPECT_GE(std::abs(apart), static_cast<std::ptrdiff_t>(sizeof(histogram)));
    EXPECT_GE(sizeof(histogram), 4096u);
}

TEST(recorder, W5_clear_empties_every_lane) {
    recorder two(2);
    two.lane(0).record(5);
    two.lane(1).record(6);
    two.clear();
    EXPECT_EQ(two.merged().total(), 0u);
}

TEST(recorder, W5_a_lane_that_does_not_exist_is_an_error) {
    recorder two(2);
    EXPECT_THROW(static_cast<void>(two.lane(2)), std::out_of_range);
}

TEST(recorder, W5_the_clock_never_goes_back) {
    auto before = now_ns();
    for (int i = 0; i < 10'000; ++i) {
        const auto after = now_ns();
        ASSERT_GE(after, before);
        before = after;
    }
}

} // namespace
} // namespace bench
