#include "harness/show/summary.hpp"

#include "harness/common/text.hpp"
#include "harness/show/case_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace bench {
namespace {

std::string time_or_dash(const std::optional<std::uint64_t>& duration_ns) {
    return duration_ns ? format_ns(static_cast<double>(*duration_ns)) : "-";
}

std::string row(const case_record& shown, const std::map<std::string, case_figures>& figures,
                std::size_t width) {
    if (shown.status != case_status::measured)
        return fmt::format("  {:<{}}  {}: {}\n", shown.arm, width, word_of(shown.status),
                           shown.reason.value_or("no reason given"));
    const auto at = figures.find(shown.id);
    if (at == figures.end()) return fmt::format("  {:<{}}  no slice in a kept block\n", shown.arm, width);
    std::optional<std::uint64_t> p50_ns, p95_ns, p99_ns;
    if (shown.latency) {
        p50_ns = shown.latency->summary.p50_ns;
        p95_ns = shown.latency->summary.p95_ns;
        p99_ns = shown.latency->summary.p99_ns;
    }
    return fmt::format("  {:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}  {:>6}\n", shown.arm, width,
                       format_ns(median_of(at->second.wall_ns)), format_ns(median_of(at->second.cpu_ns)),
                       time_or_dash(p50_ns), time_or_dash(p95_ns), time_or_dash(p99_ns),
                       at->second.wall_ns.size());
}

std::string table(const result_record& result) {
    const auto figures = figures_of(result.blocks);
    std::size_t width = 16;
    for (const auto& each : result.cases) width = std::max(width, each.arm.size());
    std::map<std::string, std::string> operations;
    for (const auto& each : result.workloads) operations[each.name] = each.operation;
    std::string text;
    std::string last_group;
    for (const auto& each : result.cases) {
        if (each.group != last_group) {
            const auto head = fmt::format("{} (per {})", each.group, operations[each.workload]);
            text += fmt::format("{}{}\n  {:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}  {:>6}\n",
                                text.empty() ? "" : "\n", head, "", width, "wall", "CPU", "p50", "p95", "p99",
                                "blocks");
            last_group = each.group;
        }
        text += row(each, figures, width);
    }
    return text;
}

} // namespace

std::string describe_plan(const plan& planned) {
    std::string text;
    for (const auto& g : planned.groups) {
        std::vector<std::string> arms;
        for (const auto& a : g.arms) arms.push_back(a.label());
        text += fmt::format("{}: {}\n", g.name, join(arms, ", "));
    }
    const auto& o = planned.options;
    text +=
        fmt::format("{} cases in {} groups, {} blocks each, {} slices of {} ms an arm and block; about {}{}\n",
                    planned.case_count(), planned.groups.size(), o.blocks, o.slices, o.slice_ns / 1'000'000,
                    format_left(planned.estimate_ns()),
                    o.budget_ns ? fmt::format(", stops within {}", format_left(*o.budget_ns)) : "");
    return text;
}

std::string summarize(const result_record& result, const overhead& costs, bool all_warnings) {
    auto text = table(result);
    text += fmt::format("\noverhead: an empty iteration takes {}, a recorded latency {}\n",
                        format_ns(costs.per_operation_ns), format_ns(costs.per_latency_ns));
    std::map<std::string, std::uint64_t> codes;
    for (const auto& each : result.warnings) {
        if (each.code == "case_failed") continue; // stands in the table
        if (all_warnings || each.code == "blocks_dropped")
            text += fmt::format("warning: {}{}\n", each.case_id ? *each.case_id + ": " : "", each.text);
        else
            ++codes[each.code];
    }
    std::vector<std::string> counted;
    for (const auto& [code, count] : codes) counted.push_back(fmt::format("{} {}", count, code));
    if (!counted.empty())
        text += fmt::format("warnings in the file: {} (-v prints them)\n", join(counted, ", "));
    return text;
}

} // namespace bench
