#include "harness/files/export.hpp"

#include "harness/common/names.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace bench {
namespace {

using bucket = std::pair<std::uint64_t, std::uint64_t>; // value in ns, how often

// As the tools of HdrHistogram print by default.
constexpr double ticks_per_half_distance = 5;

/// The percentile after `share` at which there is a line: more of them the nearer to 1.
double next_tick(double share) {
    const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
    return share + 1 / (ticks_per_half_distance * std::exp2(halvings));
}

std::string lines_of(const std::vector<bucket>& buckets, std::uint64_t total) {
    std::string all =
        fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    std::uint64_t seen = 0;
    double tick = 0;
    for (const auto& [value, count] : buckets) {
        seen += count;
        const double share = static_cast<double>(seen) / static_cast<double>(total);
        if (seen == total) break;
        if (share < tick) continue;
        all += fmt::format("{:12.3f} {:14.12f} {:10} {:14.2f}\n", static_cast<double>(value), share, seen,
                           1 / (1 - share));
        while (tick <= share) tick = next_tick(tick);
    }
    return all +
           fmt::format("{:12.3f} {:14.12f} {:10}\n", static_cast<double>(buckets.back().first), 1.0, total);
}

std::string footer_of(const std::vector<bucket>& buckets, std::uint64_t total) {
    double sum = 0;
    for (const auto& [value, count] : buckets) sum += static_cast<double>(value) * static_cast<double>(count);
    const double mean = sum / static_cast<double>(total);
    double squares = 0;
    for (const auto& [value, count] : buckets) {
        const double away = static_cast<double>(value) - mean;
        squares += away * away * static_cast<double>(count);
    }
    return fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
                       "#[Max     = {:12.3f}, Total count    = {:12}]\n"
                       "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                       mean, std::sqrt(squares / static_cast<double>(total)),
                       static_cast<double>(buckets.back().first), total, buckets.size(), 1);
}

} // namespace

std::expected<std::string, std::string> exported_hgrm(const json& document, const std::string& case_id) {
    std::vector<std::string> able;
    for (const json& one : document.at("cases")) {
        const json& latency = one.at("latency");
        if (latency.is_null()) continue;
        able.push_back(one.at("id").get<std::string>());
        if (able.back() != case_id) continue;
        const auto buckets = latency.at("buckets").get<std::vector<bucket>>();
        const auto total = latency.at("count").get<std::uint64_t>();
        return lines_of(buckets, total) + footer_of(buckets, total);
    }
    if (able.empty())
        return std::unexpected("no case of it has latencies; measure one that does, as net/echo_rtt");
    if (case_id.empty())
        return std::unexpected(
            fmt::format("--format hgrm is of one case: add --case, as --case '{}'", able.front()));
    return std::unexpected(
        fmt::format("it has no latencies of a case '{}'; {}", case_id, did_you_mean(case_id, able)));
}

} // namespace bench
