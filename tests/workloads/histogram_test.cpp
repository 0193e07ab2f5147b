// The latency histogram keeps what W5 asks: an error of at most 1 % from 1 ns to 60 s, in fixed memory.
#include "workloads/measure/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

namespace bench {
namespace {

/// Durations that meet every edge: all small ones, both sides of each power of two, and a fine geometric grid.
std::vector<std::uint64_t> durations_ns() {
    std::vector<std::uint64_t> all;
    for (std::uint64_t ns = 1; ns <= 4096; ++ns) all.push_back(ns);
    for (unsigned bit = 12; bit < 36; ++bit)
        for (std::int64_t around = -2; around <= 2; ++around)
            all.push_back((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(around));
    for (double ns = 4096; ns < 60e9; ns *= 1.0007) all.push_back(static_cast<std::uint64_t>(ns));
    all.push_back(histogram::highest_ns);
    std::erase_if(all, [](std::uint64_t ns) { return ns > histogram::highest_ns; });
    return all;
}

/// The value at a rank among sorted values, by the definition that `quantile` states.
std::uint64_t exact_quantile(const std::vector<std::uint64_t>& sorted, double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

double relative_error(std::uint64_t got, std::uint64_t right) {
    return std::abs(static_cast<double>(got) - static_cast<double>(right)) / static_cast<double>(right);
}

TEST(histogram, W5_the_value_of_a_bucket_is_within_one_percent_of_all_that_falls_into_it) {
    for (const auto ns : durations_ns())
        ASSERT_LE(relative_error(histogram::value_of(histogram::bucket_of(ns)), ns), 0.01) << ns << " ns";
}

TEST(histogram, W5_every_nanosecond_below_128_has_its_own_bucket) {
    for (std::uint64_t ns = 1; ns < 128; ++ns) ASSERT_EQ(histogram::value_of(histogram::bucket_of(ns)), ns);
}

TEST(histogram, W5_buckets_follow_one_another_without_gap_or_overlap) {
    const auto last = histogram::bucket_of(histogram::highest_ns);
    for (std::size_t bucket = 1; bucket < last; ++bucket) {
        ASSERT_LT(histogram::lowest_of(bucket), histogram::lowest_of(bucket + 1));
        ASSERT_EQ(histogram::bucket_of(histogram::lowest_of(bucket)), bucket);
        ASSERT_EQ(histogram::bucket_of(histogram::lowest_of(bucket + 1) - 1), bucket);
    }
}

TEST(histogram, W5_memory_is_fixed_and_small) {
    static_assert(std::is_trivially_copyable_v<histogram>);
    static_assert(sizeof(histogram) < 64 * 1024);
    EXPECT_LT(histogram::bucket_of(histogram::highest_ns), histogram::bucket_count);
}

TEST(histogram, W5_durations_out_of_range_are_clamped_and_still_counted) {
    const auto all = std::make_unique<histogram>();
    all->record(0);
    all->record(~std::uint64_t{0});
    EXPECT_EQ(all->total(), 2u);
    EXPECT_EQ(all->count_in(histogram::bucket_of(1)), 1u);
    EXPECT_EQ(all->count_in(histogram::bucket_of(histogram::highest_ns)), 1u);
}

TEST(histogram, W5_an_empty_histogram_answers_zero) {
    const auto none = std::make_unique<histogram>();
    EXPECT_EQ(none->total(), 0u);
    EXPECT_EQ(none->quantile(0.5), 0u);
    EXPECT_EQ(none->min_ns(), 0u);
    EXPECT_EQ(none->max_ns(), 0u);
}

TEST(histogram, W5_quantiles_are_within_one_percent_of_the_exact_ones) {
    std::mt19937_64 random(20240607);
    std::lognormal_distribution<double> latency_ns(9.0, 3.0);
    const auto recorded = std::make_unique<histogram>();
    std::vector<std::uint64_t> exact;
    for (int i = 0; i < 200'000; ++i) {
        const auto ns =
            std::clamp<std::uint64_t>(static_cast<std::uint64_t>(latency_ns(random)), 1, histogram::highest_ns);
        recorded->record(ns);
        exact.push_back(ns);
    }
    std::ranges::sort(exact);
    for (const double share : {0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1.0})
        EXPECT_LE(relative_error(recorded->quantile(share), exact_quantile(exact, share)), 0.01)
            << "at " << share;
    EXPECT_EQ(recorded->min_ns(), exact.front());
    EXPECT_EQ(recorded->max_ns(), exact.back());
}

TEST(histogram, W5_no_quantile_exceeds_the_largest_duration) {
    const auto one = std::make_unique<histogram>();
    one->record(1'000'001);
    EXPECT_LE(one->quantile(1.0), one->max_ns());
    EXPECT_LE(one->quantile(0.5), one->max_ns());
}

TEST(histogram, W5_a_quantile_falls_on_the_right_side_of_a_step) {
    const auto steps = std::make_unique<histogram>();
    for (int i = 0; i < 99; ++i) steps->record(10);
    steps->record(100);
    EXPECT_EQ(steps->quantile(0.50), 10u);
    EXPECT_EQ(steps->quantile(0.99), 10u);
    EXPECT_EQ(steps->quantile(0.991), 100u);
    EXPECT_EQ(steps->quantile(1.00), 100u);
}

TEST(histogram, W5_merging_equals_recording_everything_in_one) {
    std::mt19937_64 random(7);
    std::uniform_int_distribution<std::uint64_t> latency_ns(2, 3'000'000);
    const auto left = std::make_unique<histogram>();
    const auto right = std::make_unique<histogram>();
    const auto both = std::make_unique<histogram>();
    for (int i = 0; i < 20'000; ++i) {
        const auto ns = latency_ns(random);
        (i % 3 == 0 ? left : right)->record(ns);
        both->record(ns);
    }
    // The extremes come from the one that is merged in.
    for (const std::uint64_t ns : {std::uint64_t{1}, std::uint64_t{50'000'000'000}}) {
        right->record(ns);
        both->record(ns);
    }
    left->merge(*right);
    EXPECT_EQ(left->total(), both->total());
    EXPECT_EQ(left->min_ns(), both->min_ns());
    EXPECT_EQ(left->max_ns(), both->max_ns());
    for (std::size_t bucket = 0; bucket < histogram::bucket_count; ++bucket)
        ASSERT_EQ(left->count_in(bucket), both->count_in(bucket)) << "bucket " << bucket;
}

TEST(histogram, W5_merging_an_empty_one_changes_nothing) {
    const auto some = std::make_unique<histogram>();
    const auto none = std::make_unique<histogram>();
    some->record(500);
    some->merge(*none);
    EXPECT_EQ(some->total(), 1u);
    EXPECT_EQ(some->min_ns(), 500u);
    EXPECT_EQ(some->max_ns(), 500u);
}

TEST(histogram, W5_clear_forgets_everything) {
    const auto some = std::make_unique<histogram>();
    some->record(500);
    some->clear();
    EXPECT_EQ(some->total(), 0u);
    EXPECT_EQ(some->max_ns(), 0u);
    some->record(900);
    EXPECT_EQ(some->min_ns(), 900u);
}

} // namespace
} // namespace bench
