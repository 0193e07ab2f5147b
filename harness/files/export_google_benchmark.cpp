#include "harness/files/export.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

namespace bench {
namespace {

struct repetition {
    std::vector<double> wall_ns; // of one operation, a slice each
    std::vector<double> cpu_ns;
    std::uint64_t operations = 0;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Case -> its repetitions, a block each.
std::map<std::string, std::vector<repetition>> repetitions_of(const std::vector<block_record>& blocks) {
    std::map<std::string, std::vector<repetition>> all;
    for (const auto& block : blocks) {
        if (block.conditions.dropped) continue;
        std::map<std::string, repetition> here;
        for (const auto& slice : block.slices) {
            const auto& figures = slice.figures;
            if (slice.mode != slice_mode::throughput || figures.operations == 0) continue;
            repetition& into = here[slice.case_id];
            const auto per_operation = [&](std::uint64_t ns) {
                return static_cast<double>(ns) / static_cast<double>(figures.operations);
            };
            into.wall_ns.push_back(per_operation(figures.wall_ns));
            into.cpu_ns.push_back(per_operation(figures.cpu_ns()));
            into.operations += figures.operations;
        }
        for (auto& [name, one] : here) all[name].push_back(std::move(one));
    }
    return all;
}

std::string date_of(std::int64_t unix_ns) {
    const std::time_t seconds = unix_ns / 1'000'000'000;
    std::tm fields{};
    ::gmtime_r(&seconds, &fields);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S+00:00", &fields)};
}

/// What the format calls the context, as far as a result knows it.
json context_of(const result_record& result) {
    return {{"date", date_of(result.run.started_unix_ns)},
            {"executable", "spargio-bench"},
            {"num_cpus", or_null(result.environment.cpus_online)},
            {"cpu_model", or_null(result.environment.cpu_model)},
            {"kernel", or_null(result.environment.kernel)},
            {"spargio_run", result.run.id},
            {"spargio_revision", result.tool.git_revision},
            {"caches", json::array()},
            {"load_avg", json::array()},
            {"library_build_type", slow_build(result.tool) ? "debug" : "release"}};
}

} // namespace

std::string exported_google_benchmark(const result_record& result, const std::string& case_id) {
    json benchmarks = json::array();
    const auto repetitions = repetitions_of(result.blocks);
    std::size_t family = 0;
    for (const auto& measured : result.cases) {
        const auto& name = measured.id;
        const auto found = repetitions.find(name);
        if (found == repetitions.end() || (!case_id.empty() && name != case_id)) continue;
        for (std::size_t i = 0; i < found->second.size(); ++i) {
            const repetition& each = found->second[i];
            benchmarks.push_back({{"name", name},
                                  {"family_index", family},
                                  {"per_family_instance_index", 0},
                                  {"run_name", name},
                                  {"run_type", "iteration"},
                                  {"repetitions", found->second.size()},
                                  {"repetition_index", i},
                                  {"threads", 1},
                                  {"iterations", each.operations},
                                  {"real_time", median(each.wall_ns)},
                                  {"cpu_time", median(each.cpu_ns)},
                                  {"time_unit", "ns"}});
        }
        ++family;
    }
    return json{{"context", context_of(result)}, {"benchmarks", std::move(benchmarks)}}.dump(2) + "\n";
}

} // namespace bench
