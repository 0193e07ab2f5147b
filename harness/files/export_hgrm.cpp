#include "harness/files/export.hpp"

#include "harness/common/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace bench {
namespace {

// As the tools of HdrHistogram print by default.
constexpr double ticks_per_half_distance = 5;

/// The percentile after `share` at which there is a line: more of them the nearer to 1.
double next_tick(double share) {
    const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
    const double next = share + 1 / (ticks_per_half_distance * std::exp2(halvings));
    return std::max(next, std::nextafter(share, 2.0)); // so near to 1 that the sum is the same
}

/// Of the buckets themselves: what a summary says beside them may be another number.
double total_of(const std::vector<latency_bucket>& buckets) {
    double total = 0;
    for (const auto& bucket : buckets) total += static_cast<double>(bucket.count);
    return total;
}

std::string lines_of(const std::vector<latency_bucket>& buckets, double total) {
    std::string all =
        fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    double seen = 0;
    double tick = 0;
    for (const auto& [value, count] : buckets) {
        seen += static_cast<double>(count);
        const double share = seen / total;
        if (seen >= total) break;
        if (share < tick) continue;
        all += fmt::format("{:12.3f} {:14.12f} {:10.0f} {:14.2f}\n", static_cast<double>(value), share, seen,
                           1 / (1 - share));
        while (tick <= share) tick = next_tick(tick);
    }
    return all + fmt::format("{:12.3f} {:14.12f} {:10.0f}\n", static_cast<double>(buckets.back().value_ns), 1.0,
                             total);
}

std::string footer_of(const std::vector<latency_bucket>& buckets, double total) {
    double sum = 0;
    for (const auto& [value, count] : buckets) sum += static_cast<double>(value) * static_cast<double>(count);
    const double mean = sum / total;
    double squares = 0;
    for (const auto& [value, count] : buckets) {
        const double away = static_cast<double>(value) - mean;
        squares += away * away * static_cast<double>(count);
    }
    return fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
                       "#[Max     = {:12.3f}, Total count    = {:12.0f}]\n"
                       "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                       mean, std::sqrt(squares / total), static_cast<double>(buckets.back().value_ns), total,
                       buckets.size(), 1);
}

} // namespace

std::expected<std::string, problem> exported_hgrm(const result_record& result, const std::string& case_id) {
    std::vector<std::string> able;
    for (const auto& each : result.cases) {
        if (!each.latency || total_of(each.latency->buckets) == 0) continue;
        able.push_back(each.id);
        if (each.id != case_id) continue;
        const auto total = total_of(each.latency->buckets);
        return lines_of(each.latency->buckets, total) + footer_of(each.latency->buckets, total);
    }
    if (able.empty())
        return refused(problem_code::unknown_name, "", "no case of it has latencies",
                       "measure one that does, as net/echo_rtt");
    if (case_id.empty())
        return refused(problem_code::bad_value, "",
                       fmt::format("--format hgrm is of one case: add --case, as --case '{}'", able.front()));
    return refused(problem_code::unknown_name, "", fmt::format("it has no latencies of a case '{}'", case_id),
                   did_you_mean(case_id, able));
}

} // namespace bench
