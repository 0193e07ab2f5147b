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

std::map<std::string, case_figures> figures_of(const std::vector<block_record>& blocks) {
    std::map<std::string, case_figures> all;
    for (const auto& block : blocks) {
        if (block.conditions.dropped) continue;
        std::map<std::string, std::vector<double>> wall, cpu, peer;
        for (const auto& slice : block.slices) {
            if (slice.mode != slice_mode::throughput || slice.figures.operations == 0) continue;
            const auto operations = static_cast<double>(slice.figures.operations);
            wall[slice.case_id].push_back(static_cast<double>(slice.figures.wall_ns) / operations);
            cpu[slice.case_id].push_back(static_cast<double>(slice.figures.cpu_ns()) / operations);
            if (const auto& spent_ns = slice.figures.peer_cpu_ns; spent_ns && slice.figures.wall_ns != 0)
                peer[slice.case_id].push_back(static_cast<double>(*spent_ns) /
                                              static_cast<double>(slice.figures.wall_ns));
        }
        for (auto& [id, values] : wall) all[id].wall_ns[block.start.index] = median_of(std::move(values));
        for (auto& [id, values] : cpu) all[id].cpu_ns[block.start.index] = median_of(std::move(values));
        for (auto& [id, values] : peer) all[id].peer_cpus[block.start.index] = median_of(std::move(values));
    }
    return all;
}

} // namespace bench
