// Latencies as a result file holds them: percentiles of a slice, and with its buckets of a case.
#pragma once

#include "harness/record/other_minor.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// Percentiles of at least one operation. Durations in ns.
struct latency_summary {
    std::uint64_t count = 0; ///< operations
    std::uint64_t min_ns = 0;
    std::uint64_t max_ns = 0;
    std::uint64_t p50_ns = 0;
    std::uint64_t p90_ns = 0;
    std::optional<std::uint64_t> p95_ns = std::nullopt;  ///< none below 200 operations, and in older files
    std::optional<std::uint64_t> p99_ns = std::nullopt;  ///< none below 1,000 operations
    std::optional<std::uint64_t> p999_ns = std::nullopt; ///< none below 10,000 operations
    other_minor beyond = {};
};

/// Operations whose latency is counted as `value_ns`.
struct latency_bucket {
    std::uint64_t value_ns = 0;
    std::uint64_t count = 0;
};

/// The whole distribution: `latency` of a case, and what a cell reports of one slice.
struct latency_record {
    latency_summary summary;
    std::vector<latency_bucket> buckets; ///< those that are not empty, by value
};

} // namespace bench
