#include "harness/record/json/result.hpp"

#include "harness/record/json/block.hpp"
#include "harness/record/json/case.hpp"
#include "harness/record/json/reader.hpp"
#include "harness/record/json/run.hpp"
#include "harness/record/json/subjects.hpp"

namespace bench {
namespace {

json to_json(const warning_record& warning) {
    return as_read({{"code", warning.code}, {"case", or_null(warning.case_id)}, {"text", warning.text}},
                   warning.beyond);
}

warning_record warning_from_json(const json& written) {
    json_reader from(written);
    warning_record read{.code = from.get<std::string>("code"),
                        .case_id = from.nullable<std::string>("case"),
                        .text = from.get<std::string>("text")};
    read.beyond = from.beyond();
    return read;
}

json to_json(const machine_record& machine) {
    return as_read({{"name", machine.name}, {"environment", to_json(machine.environment)}}, machine.beyond);
}

machine_record machine_from_json(const json& written) {
    json_reader from(written);
    machine_record read{.name = from.get<std::string>("name"),
                        .environment = environment_from_json(from.raw("environment"))};
    read.beyond = from.beyond();
    return read;
}

json to_json(const part_record& part) {
    return as_read({{"machine", part.machine}, {"tool", to_json(part.tool)}, {"run", to_json(part.run)}},
                   part.beyond);
}

part_record part_from_json(const json& written) {
    json_reader from(written);
    part_record read{.machine = from.get<std::uint64_t>("machine"),
                     .tool = tool_from_json(from.raw("tool")),
                     .run = run_from_json(from.raw("run"))};
    read.beyond = from.beyond();
    return read;
}

template <class Record>
json array_of(const std::vector<Record>& records) {
    json all = json::array();
    for (const auto& each : records) all.push_back(to_json(each));
    return all;
}

} // namespace

json to_json(const result_record& result) {
    json all{{"schema_version", result.schema_version},
             {"tool", to_json(result.tool)},
             {"run", to_json(result.run)},
             {"environment", to_json(result.environment)},
             {"backends", array_of(result.backends)},
             {"workloads", array_of(result.workloads)},
             {"cases", array_of(result.cases)},
             {"blocks", array_of(result.blocks)},
             {"warnings", array_of(result.warnings)}};
    if (result.machines) all["machines"] = array_of(*result.machines);
    if (result.parts) all["parts"] = array_of(*result.parts);
    return as_read(std::move(all), result.beyond);
}

result_record result_from_json(const json& written) {
    json_reader from(written);
    result_record read{.schema_version = from.get<std::string>("schema_version"),
                       .tool = tool_from_json(from.raw("tool")),
                       .run = run_from_json(from.raw("run")),
                       .environment = environment_from_json(from.raw("environment")),
                       .backends = read_array(from.raw("backends"), backend_from_json),
                       .workloads = read_array(from.raw("workloads"), workload_from_json),
                       .cases = read_array(from.raw("cases"), case_from_json),
                       .blocks = read_array(from.raw("blocks"), block_from_json),
                       .warnings = read_array(from.raw("warnings"), warning_from_json),
                       .machines = std::nullopt,
                       .parts = std::nullopt};
    if (const auto* machines = from.rare("machines")) read.machines = read_array(*machines, machine_from_json);
    if (const auto* parts = from.rare("parts")) read.parts = read_array(*parts, part_from_json);
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
