#include "harness/record/latency_counts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bench {

latency_counts::latency_counts(const histogram& recorded)
    : count_(recorded.total()), min_ns_(recorded.min_ns()), max_ns_(recorded.max_ns()) {
    for (std::size_t bucket = 0; bucket < histogram::bucket_count; ++bucket)
        if (const auto count = recorded.count_in(bucket)) counts_[histogram::value_of(bucket)] += count;
}

latency_counts::latency_counts(const std::optional<latency_record>& read) {
    if (!read) return;
    count_ = read->summary.count;
    min_ns_ = read->summary.min_ns;
    max_ns_ = read->summary.max_ns;
    for (const auto& [value_ns, count] : read->buckets) counts_[value_ns] += count;
}

void latency_counts::merge(const latency_counts& other) {
    if (other.count_ == 0) return;
    min_ns_ = count_ == 0 ? other.min_ns_ : std::min(min_ns_, other.min_ns_);
    max_ns_ = std::max(max_ns_, other.max_ns_);
    count_ += other.count_;
    for (const auto& [value_ns, count] : other.counts_) counts_[value_ns] += count;
}

std::uint64_t latency_counts::quantile_ns(double quantile) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (const auto& [value_ns, count] : counts_) {
        seen += count;
        if (seen >= wanted) return std::clamp(value_ns, min_ns_, max_ns_);
    }
    return max_ns_;
}

std::optional<latency_record> latency_counts::record() const {
    auto percentiles = summary();
    if (!percentiles) return std::nullopt;
    latency_record made{.summary = std::move(*percentiles), .buckets = {}};
    for (const auto& [value_ns, count] : counts_) made.buckets.push_back({value_ns, count});
    return made;
}

std::optional<latency_summary> latency_counts::summary() const {
    if (count_ == 0) return std::nullopt;
    const auto if_enough = [this](std::uint64_t needed, double quantile) {
        return count_ < needed ? std::nullopt : std::optional(quantile_ns(quantile));
    };
    return latency_summary{.count = count_,
                           .min_ns = min_ns_,
                           .max_ns = max_ns_,
                           .p50_ns = quantile_ns(0.5),
                           .p90_ns = quantile_ns(0.9),
                           .p95_ns = if_enough(enough_for_p95, 0.95),
                           .p99_ns = if_enough(enough_for_p99, 0.99),
                           .p999_ns = if_enough(enough_for_p999, 0.999)};
}

} // namespace bench
