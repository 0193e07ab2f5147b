#include "harness/record/latency_counts.hpp"

#include "harness/record/json/slice.hpp"

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
    const auto whole = recorded(1, 100'000).record();
    EXPECT_EQ(to_json(merged.record().value()), to_json(whole.value()));
    EXPECT_EQ(whole->summary.count, 100'000);
    EXPECT_EQ(whole->summary.min_ns, 1);
    EXPECT_EQ(whole->summary.max_ns, 100'000);
    EXPECT_NEAR(static_cast<double>(whole->summary.p50_ns), 50'000, 500);
    EXPECT_NEAR(static_cast<double>(whole->summary.p999_ns.value()), 99'900, 999);
}

TEST(latency_counts, M10_a_percentile_of_too_few_operations_is_null_and_not_a_number) {
    EXPECT_FALSE(latency_counts().record());
    EXPECT_TRUE(to_json(recorded(1, 199).record().value()).at("p95_ns").is_null());
    EXPECT_EQ(recorded(1, 200).record()->summary.p95_ns, 190u);
    EXPECT_TRUE(to_json(recorded(1, 999).record().value()).at("p99_ns").is_null());
    EXPECT_FALSE(to_json(recorded(1, 1'000).record().value()).at("p99_ns").is_null());
    EXPECT_TRUE(to_json(recorded(1, 9'999).record().value()).at("p999_ns").is_null());
    EXPECT_FALSE(to_json(recorded(1, 10'000).record().value()).at("p999_ns").is_null());
}

TEST(latency_counts, M20_a_file_from_before_p95_is_written_again_as_it_was) {
    auto older = to_json(recorded(90, 30'000).record().value());
    older.erase("p95_ns");
    const auto read = latency_record_from_json(older);
    EXPECT_FALSE(read.summary.p95_ns);
    EXPECT_EQ(to_json(read), older);
}

TEST(latency_counts, M3_what_the_journal_holds_is_read_back_as_it_was) {
    const auto written = to_json(recorded(90, 30'000).record().value());
    EXPECT_EQ(to_json(latency_counts(latency_record_from_json(written)).record().value()), written);
    EXPECT_EQ(latency_counts(std::nullopt).count(), 0u);
}

} // namespace
} // namespace bench
