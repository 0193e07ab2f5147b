// Latencies as they travel from cell to file: counts by bucket value, mergeable.
#pragma once

#include "harness/record/latency_record.hpp"
#include "workloads/measure/histogram.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace bench {

class latency_counts {
public:
    latency_counts() = default;
    explicit latency_counts(const histogram& recorded);

    /// Those of a record; none where nothing was recorded.
    explicit latency_counts(const std::optional<latency_record>& read);

    void merge(const latency_counts& other);

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// Duration at or below which the share `quantile` lies; 0 where nothing was recorded.
    [[nodiscard]] std::uint64_t quantile_ns(double quantile) const noexcept;

    /// Operations that a percentile must rest on (M10).
    static constexpr std::uint64_t enough_for_p95 = 200;
    static constexpr std::uint64_t enough_for_p99 = 1'000;
    static constexpr std::uint64_t enough_for_p999 = 10'000;

    /// None where nothing was recorded. A percentile that rests on too few operations is none.
    [[nodiscard]] std::optional<latency_record> record() const;
    /// The same without the buckets: what a slice keeps of it.
    [[nodiscard]] std::optional<latency_summary> summary() const;

private:
    std::map<std::uint64_t, std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t min_ns_ = 0;
    std::uint64_t max_ns_ = 0;
};

} // namespace bench
