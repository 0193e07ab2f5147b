#include "harness/record/latency_counts.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace bench {
namespace {

latency_counts recorded(std::uint64_t from, std::uint64_t to) {
    const auto all = std::make_unique<histogram>();
    for (auto ns = from; ns <= to; ++ns) all->record(ns);
    return latency_counts(*all);
}

TEST(latency_counts, M4_the_histograms_of_all_blocks_add_up_to_one) {
    auto merged = recorded(1, 50'000);
    merged.merge(recorded(50'001, 100'000));
    const auto whole = recorded(1, 100'000).to_json();
    EXPECT_EQ(merged.to_json(), whole);
    EXPECT_EQ(whole.at("count"), 100'000);
    EXPECT_EQ(whole.at("min_ns"), 1);
    EXPECT_EQ(whole.at("max_ns"), 100'000);
    EXPECT_NEAR(whole.at("p50_ns").get<double>(), 50'000, 500);
    EXPECT_NEAR(whole.at("p999_ns").get<double>(), 99'900, 999);
}

TEST(latency_counts, M10_a_percentile_of_too_few_operations_is_null_and_not_a_number) {
    EXPECT_TRUE(latency_counts().to_json().is_null());
    EXPECT_TRUE(recorded(1, 999).to_json().at("p99_ns").is_null());
    EXPECT_FALSE(recorded(1, 1'000).to_json().at("p99_ns").is_null());
    EXPECT_TRUE(recorded(1, 9'999).to_json().at("p999_ns").is_null());
    EXPECT_FALSE(recorded(1, 10'000).to_json().at("p999_ns").is_null());
}

TEST(latency_counts, M3_what_the_journal_holds_is_read_back_as_it_was) {
    const auto written = recorded(90, 30'000).to_json();
    EXPECT_EQ(latency_counts::from_json(written).to_json(), written);
    EXPECT_EQ(latency_counts::from_json(nullptr).count(), 0u);
}

} // namespace
} // namespace bench
