#include "harness/show/ab_preview.hpp"

#include "harness/show/case_figures.hpp"

#include <fmt/format.h>

#include <map>

namespace bench {

std::string preview_ratios(const json& document, const std::string& path) {
    const auto figures = figures_of(document);
    std::map<std::string, std::string> judged_by;
    for (const auto& w : document.at("workloads")) judged_by[w.at("name")] = w.at("judged_by");
    std::map<std::string, std::vector<const json*>> groups;
    for (const auto& of : document.at("cases")) groups[of.at("group").get<std::string>()].push_back(&of);
    std::string text;
    for (const auto& [name, arms] : groups) {
        if (arms.size() != 2) continue;
        const auto a = figures.find(arms[0]->at("id").get<std::string>());
        const auto b = figures.find(arms[1]->at("id").get<std::string>());
        if (a == figures.end() || b == figures.end()) continue;
        const bool by_cpu = judged_by[arms[0]->at("workload")] == "cpu_time";
        const auto& of_a = by_cpu ? a->second.cpu_ns : a->second.wall_ns;
        const auto& of_b = by_cpu ? b->second.cpu_ns : b->second.wall_ns;
        std::vector<double> ratios;
        for (const auto& [block, value] : of_a)
            if (const auto other = of_b.find(block); other != of_b.end() && value > 0)
                ratios.push_back(other->second / value);
        if (ratios.empty()) continue;
        text += fmt::format("{}: {} takes {:.3f} x the {} of {} (median of {} blocks)\n", name,
                            arms[1]->at("arm").get<std::string>(), median_of(ratios),
                            by_cpu ? "CPU time" : "time", arms[0]->at("arm").get<std::string>(), ratios.size());
    }
    return text +
           fmt::format("the interval, and whether that is a difference at all: spargio-report compare {}\n",
                       path);
}

} // namespace bench
