// Latencies as they travel from cell to file: counts by bucket value, mergeable.
#pragma once

#include "harness/common/json.hpp"
#include "workloads/measure/histogram.hpp"

#include <cstdint>
#include <map>

namespace bench {

class latency_counts {
public:
    latency_counts() = default;
    explicit latency_counts(const histogram& recorded);

    /// Reads what `to_json` wrote. Throws json::exception on anything else.
    static latency_counts from_json(const json& written);

    void merge(const latency_counts& other);

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// Duration at or below which the share `quantile` lies; 0 where nothing was recorded.
    [[nodiscard]] std::uint64_t quantile_ns(double quantile) const noexcept;

    /// Operations that a percentile must rest on (M10).
    static constexpr std::uint64_t enough_for_p99 = 1'000;
    static constexpr std::uint64_t enough_for_p999 = 10'000;

    /// `latency` of the result schema; null where nothing was recorded. A percentile that rests on too few
    /// operations is null.
    [[nodiscard]] json to_json() const;
    /// The same without the buckets: what a slice keeps of it.
    [[nodiscard]] json percentiles() const;

private:
    std::map<std::uint64_t, std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t min_ns_ = 0;
    std::uint64_t max_ns_ = 0;
};

} // namespace bench
