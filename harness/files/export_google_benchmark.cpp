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
std::map<std::string, std::vector<repetition>> repetitions_of(const json& document) {
    std::map<std::string, std::vector<repetition>> all;
    for (const json& block : document.at("blocks")) {
        if (block.at("dropped").get<bool>()) continue;
        std::map<std::string, repetition> here;
        for (const json& slice : block.at("slices")) {
            const auto operations = slice.at("operations").get<std::uint64_t>();
            if (slice.at("mode") != "throughput" || operations == 0) continue;
            repetition& into = here[slice.at("case").get<std::string>()];
            const auto per_operation = [&](double ns) { return ns / static_cast<double>(operations); };
            into.wall_ns.push_back(per_operation(slice.at("wall_ns").get<double>()));
            into.cpu_ns.push_back(
                per_operation(slice.at("user_ns").get<double>() + slice.at("system_ns").get<double>()));
            into.operations += operations;
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
json context_of(const json& document) {
    const json& tool = document.at("tool");
    const json& environment = document.at("environment");
    return {{"date", date_of(document.at("run").at("started_unix_ns").get<std::int64_t>())},
            {"executable", "spargio-bench"},
            {"num_cpus", environment.at("cpus_online")},
            {"cpu_model", environment.at("cpu_model")},
            {"kernel", environment.at("kernel")},
            {"spargio_run", document.at("run").at("id")},
            {"spargio_revision", tool.at("git_revision")},
            {"caches", json::array()},
            {"load_avg", json::array()},
            {"library_build_type", "release"}};
}

} // namespace

std::string exported_google_benchmark(const json& document, const std::string& case_id) {
    json benchmarks = json::array();
    const auto repetitions = repetitions_of(document);
    std::size_t family = 0;
    for (const json& one : document.at("cases")) {
        const auto name = one.at("id").get<std::string>();
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
    return json{{"context", context_of(document)}, {"benchmarks", std::move(benchmarks)}}.dump(2) + "\n";
}

} // namespace bench
