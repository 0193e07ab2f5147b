#include "harness/show/ab_preview.hpp"

#include "harness/show/case_figures.hpp"

#include <fmt/format.h>

#include <map>

namespace bench {
namespace {

/// The block ratios second / first; empty where one of the arms has no figures.
std::vector<double> ratios_of(const std::map<std::uint64_t, double>& first,
                              const std::map<std::uint64_t, double>& second) {
    std::vector<double> ratios;
    for (const auto& [block, value] : first)
        if (const auto other = second.find(block); other != second.end() && value > 0)
            ratios.push_back(other->second / value);
    return ratios;
}

} // namespace

std::string preview_ratios(const result_record& result, const std::string& path) {
    const auto figures = figures_of(result.blocks);
    std::map<std::string, bool> by_cpu_time;
    for (const auto& each : result.workloads) by_cpu_time[each.name] = each.judged_by_cpu_time;
    std::map<std::string, std::vector<const case_record*>> groups;
    for (const auto& each : result.cases) groups[each.group].push_back(&each);
    std::string text;
    for (const auto& [name, arms] : groups) {
        if (arms.size() != 2) continue;
        const auto a = figures.find(arms[0]->id);
        const auto b = figures.find(arms[1]->id);
        if (a == figures.end() || b == figures.end()) continue;
        const bool by_cpu = by_cpu_time[arms[0]->workload];
        const auto ratios = by_cpu ? ratios_of(a->second.cpu_ns, b->second.cpu_ns)
                                   : ratios_of(a->second.wall_ns, b->second.wall_ns);
        if (ratios.empty()) continue;
        text += fmt::format("{}: {} takes {:.3f} x the {} of {} (median of {} blocks)\n", name, arms[1]->arm,
                            median_of(ratios), by_cpu ? "CPU time" : "time", arms[0]->arm, ratios.size());
    }
    return text +
           fmt::format("the interval, and whether that is a difference at all: spargio-report compare {}\n",
                       path);
}

} // namespace bench
