// W36: when the frames of tenants come.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/bursts.hpp"

#include "workloads/traffic/stream_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace bench {
namespace {

constexpr burst_options usual{
    .tenants = 32, .rounds = 64, .frames = 2048, .burst = 4, .gap = 12, .skew_tenths = 11, .pattern = 1};

std::uint64_t frames_of(const std::vector<std::uint64_t>& plan, const burst_options& options,
                        std::uint64_t tenant) {
    std::uint64_t all = 0;
    for (std::uint64_t round = 0; round < options.rounds; ++round)
        all += plan[round * options.tenants + tenant];
    return all;
}

TEST(W36, all_frames_come_whatever_the_rounding) {
    for (const std::uint64_t frames : {1u, 31u, 32u, 37u, 2048u, 999'999u})
        for (const std::uint64_t rounds : {1u, 2u, 64u}) {
            burst_options options = usual;
            options.frames = frames;
            options.rounds = rounds;
            const auto plan = plan_bursts(options);
            EXPECT_EQ(std::accumulate(plan.begin(), plan.end(), std::uint64_t{0}), frames) << rounds;
        }
}

TEST(W36, tenants_have_frames_by_the_law_of_Zipf) {
    burst_options options = usual;
    options.frames = 1'000'000;
    const auto plan = plan_bursts(options);
    const double first = static_cast<double>(frames_of(plan, options, 0));
    for (std::uint64_t tenant = 1; tenant < options.tenants; ++tenant)
        EXPECT_NEAR(static_cast<double>(frames_of(plan, options, tenant)),
                    first / std::pow(static_cast<double>(tenant + 1), 1.1), 2)
            << tenant;
}

TEST(W36, without_skew_all_have_alike) {
    burst_options options = usual;
    options.skew_tenths = 0;
    const auto plan = plan_bursts(options);
    for (std::uint64_t tenant = 0; tenant < options.tenants; ++tenant)
        EXPECT_EQ(frames_of(plan, options, tenant), 64u);
}

TEST(W36, bursts_and_gaps_are_as_long_as_said) {
    burst_options options = usual;
    options.frames = 1'000'000; // so that no round on is left without a frame
    const auto plan = plan_bursts(options);
    for (std::uint64_t tenant = 0; tenant < options.tenants; ++tenant) {
        std::uint64_t length = 0;
        std::uint64_t longest[2] = {0, 0};
        bool was_on = false;
        for (std::uint64_t round = 0; round < options.rounds; ++round) {
            const bool on = plan[round * options.tenants + tenant] != 0;
            length = on == was_on ? length + 1 : 1;
            was_on = on;
            longest[on] = std::max(longest[on], length);
        }
        EXPECT_LE(longest[true], options.burst) << tenant;
        EXPECT_LE(longest[false], options.gap) << tenant;
    }
}

TEST(W36, another_pattern_gives_other_bursts_and_the_same_one_the_same) {
    burst_options other = usual;
    other.pattern = 2;
    EXPECT_EQ(plan_bursts(usual), plan_bursts(usual));
    EXPECT_NE(plan_bursts(usual), plan_bursts(other));
}

TEST(W36, a_slice_moves_what_was_planned) {
    const workload& asked = *find_workload("net/bursty_tenants");
    const auto shape = std::get<stream_shape>(asked.read(parameters::make(asked.parameters, {}).value()));
    EXPECT_EQ(shape.steps, 64u);
    EXPECT_EQ(shape.frames_per_iteration(), 2048u);
    const auto plan = plan_bursts(usual);
    for (std::uint64_t round = 0; round < 64; ++round)
        for (std::uint64_t stream = 0; stream < 32; ++stream)
            EXPECT_EQ(shape.frames_of(stream, round), plan[round * 32 + stream]);
}

} // namespace
} // namespace bench
