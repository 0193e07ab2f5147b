#include "harness/files/export.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string_view>

namespace bench {
namespace {

constexpr std::string_view slice_columns =
    "mode,iterations,operations,wall_ns,user_ns,system_ns,"
    "voluntary_switches,involuntary_switches,instructions,cycles,peer_cpu_ns";

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string all = "\"";
    for (const char letter : text) {
        if (letter == '"') all += '"';
        all += letter;
    }
    return all + '"';
}

std::string number_or_empty(const std::optional<std::uint64_t>& value) {
    return value ? std::to_string(*value) : "";
}

std::string columns_of(const block_record& block) {
    return fmt::format("{},{},{}", block.start.index, block.start.number, block.conditions.dropped);
}

std::string columns_of(const case_record& measured) {
    return fmt::format("{},{},{},{}", quoted(measured.id), quoted(measured.group), quoted(measured.arm),
                       quoted(measured.backend));
}

std::string columns_of(const slice_record& slice) {
    const auto& figures = slice.figures;
    return fmt::format(
        "{},{},{},{},{},{},{},{},{},{}", slice.mode == slice_mode::latency ? "latency" : "throughput",
        figures.iterations, figures.operations, figures.wall_ns, figures.user_ns, figures.system_ns,
        figures.voluntary_switches, figures.involuntary_switches, number_or_empty(figures.instructions),
        number_or_empty(figures.cycles), number_or_empty(figures.peer_cpu_ns));
}

} // namespace

std::string exported_csv(const result_record& result, const std::string& case_id) {
    auto all = fmt::format("block,number,dropped,case,group,arm,backend,{}\r\n", slice_columns);
    std::map<std::string, const case_record*> cases;
    for (const auto& each : result.cases) cases.emplace(each.id, &each);
    for (const auto& block : result.blocks)
        for (const auto& slice : block.slices) {
            if (!case_id.empty() && slice.case_id != case_id) continue;
            all += fmt::format("{},{},{}\r\n", columns_of(block), columns_of(*cases.at(slice.case_id)),
                               columns_of(slice));
        }
    return all;
}

} // namespace bench
