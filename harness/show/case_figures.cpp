#include "harness/show/case_figures.hpp"

#include <algorithm>

namespace bench {

double median_of(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_of(const std::map<std::uint64_t, double>& by_block) {
    std::vector<double> values;
    for (const auto& [block, value] : by_block) values.push_back(value);
    return median_of(std::move(values));
}

std::map<std::string, case_figures> figures_of(const json& document) {
    std::map<std::string, case_figures> all;
    for (const auto& block : document.at("blocks")) {
        if (block.at("dropped").get<bool>()) continue;
        const auto index = block.at("index").get<std::uint64_t>();
        std::map<std::string, std::vector<double>> wall, cpu;
        for (const auto& slice : block.at("slices")) {
            if (slice.at("mode") != "throughput") continue;
            const auto id = slice.at("case").get<std::string>();
            const auto operations = slice.at("operations").get<double>();
            if (operations <= 0) continue;
            wall[id].push_back(slice.at("wall_ns").get<double>() / operations);
            cpu[id].push_back((slice.at("user_ns").get<double>() + slice.at("system_ns").get<double>()) /
                              operations);
        }
        for (auto& [id, values] : wall) all[id].wall_ns[index] = median_of(std::move(values));
        for (auto& [id, values] : cpu) all[id].cpu_ns[index] = median_of(std::move(values));
    }
    return all;
}

} // namespace bench
