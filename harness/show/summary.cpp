#include "harness/show/summary.hpp"

#include "harness/common/text.hpp"
#include "harness/show/case_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace bench {
namespace {

std::string percentile(const json& latency, const char* key) {
    if (latency.is_null() || latency.at(key).is_null()) return "-";
    return format_ns(latency.at(key).get<double>());
}

std::string row(const json& of, const std::map<std::string, case_figures>& figures, std::size_t width) {
    const auto arm = of.at("arm").get<std::string>();
    const auto status = of.at("status").get<std::string>();
    if (status != "measured")
        return fmt::format("  {:<{}}  {}: {}\n", arm, width, status,
                           of.at("reason").is_null() ? "no reason given" : of.at("reason").get<std::string>());
    const auto at = figures.find(of.at("id").get<std::string>());
    if (at == figures.end()) return fmt::format("  {:<{}}  no slice in a kept block\n", arm, width);
    const auto& latency = of.at("latency");
    return fmt::format("  {:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:>6}\n", arm, width,
                       format_ns(median_of(at->second.wall_ns)), format_ns(median_of(at->second.cpu_ns)),
                       percentile(latency, "p50_ns"), percentile(latency, "p99_ns"), at->second.wall_ns.size());
}

std::string table(const json& document) {
    const auto figures = figures_of(document);
    std::size_t width = 16;
    for (const auto& of : document.at("cases")) width = std::max(width, of.at("arm").get<std::string>().size());
    std::map<std::string, std::string> operations;
    for (const auto& w : document.at("workloads")) operations[w.at("name")] = w.at("operation");
    std::string text;
    std::string last_group;
    for (const auto& of : document.at("cases")) {
        const auto name = of.at("group").get<std::string>();
        if (name != last_group) {
            const auto head = fmt::format("{} (per {})", name, operations[of.at("workload")]);
            text +=
                fmt::format("{}{}\n  {:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:>6}\n", text.empty() ? "" : "\n",
                            head, "", width, "wall", "CPU", "p50", "p99", "blocks");
            last_group = name;
        }
        text += row(of, figures, width);
    }
    return text;
}

} // namespace

std::string describe_plan(const plan& of) {
    std::string text;
    for (const auto& g : of.groups) {
        std::vector<std::string> arms;
        for (const auto& a : g.arms) arms.push_back(a.label());
        text += fmt::format("{}: {}\n", g.name, join(arms, ", "));
    }
    const auto& o = of.options;
    text +=
        fmt::format("{} cases in {} groups, {} blocks each, {} slices of {} ms an arm and block; about {}{}\n",
                    of.case_count(), of.groups.size(), o.blocks, o.slices, o.slice_ns / 1'000'000,
                    format_left(of.estimate_ns()),
                    o.budget_ns ? fmt::format(", stops within {}", format_left(*o.budget_ns)) : "");
    return text;
}

std::string summarize(const json& document, const overhead& costs, bool all_warnings) {
    auto text = table(document);
    text += fmt::format("\noverhead: an empty iteration takes {}, a recorded latency {}\n",
                        format_ns(costs.per_operation_ns), format_ns(costs.per_latency_ns));
    std::map<std::string, std::uint64_t> codes;
    for (const auto& one : document.at("warnings")) {
        const auto& of = one.at("case");
        if (one.at("code") == "case_failed") continue; // stands in the table
        if (all_warnings || one.at("code") == "blocks_dropped")
            text += fmt::format("warning: {}{}\n", of.is_null() ? "" : of.get<std::string>() + ": ",
                                one.at("text").get<std::string>());
        else
            ++codes[one.at("code").get<std::string>()];
    }
    std::vector<std::string> counted;
    for (const auto& [code, count] : codes) counted.push_back(fmt::format("{} {}", count, code));
    if (!counted.empty())
        text += fmt::format("warnings in the file: {} (-v prints them)\n", join(counted, ", "));
    return text;
}

} // namespace bench
