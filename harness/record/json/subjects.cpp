#include "harness/record/json/subjects.hpp"

#include "harness/record/json/reader.hpp"

namespace bench {
namespace {

json to_json(const knob_record& knob) {
    return as_read({{"name", knob.name},
                    {"default", knob.initial},
                    {"range", knob.range},
                    {"unit", knob.unit},
                    {"help", knob.help}},
                   knob.beyond);
}

knob_record knob_from_json(const json& written) {
    json_reader from(written);
    knob_record read{.name = from.get<std::string>("name"),
                     .initial = from.get<std::string>("default"),
                     .range = from.get<std::string>("range"),
                     .unit = from.get<std::string>("unit"),
                     .help = from.get<std::string>("help")};
    read.beyond = from.beyond();
    return read;
}

json to_json(const parameter_record& parameter) {
    return as_read({{"name", parameter.name},
                    {"default", parameter.initial},
                    {"unit", parameter.unit},
                    {"help", parameter.help}},
                   parameter.beyond);
}

parameter_record parameter_from_json(const json& written) {
    json_reader from(written);
    parameter_record read{.name = from.get<std::string>("name"),
                          .initial = from.get<std::string>("default"),
                          .unit = from.get<std::string>("unit"),
                          .help = from.get<std::string>("help")};
    read.beyond = from.beyond();
    return read;
}

} // namespace

json to_json(const backend_record& backend) {
    json knobs = json::array();
    for (const auto& each : backend.knobs) knobs.push_back(to_json(each));
    return as_read({{"name", backend.name},
                    {"kind", backend.kind},
                    {"class", or_null(backend.standing)},
                    {"version", backend.version},
                    {"summary", backend.summary},
                    {"plugin", or_null(backend.plugin)},
                    {"digest", or_null(backend.digest)},
                    {"knobs", std::move(knobs)}},
                   backend.beyond);
}

backend_record backend_from_json(const json& written) {
    json_reader from(written);
    backend_record read{.name = from.get<std::string>("name"),
                        .kind = from.get<std::string>("kind"),
                        .standing = from.later<std::string>("class"),
                        .version = from.get<std::string>("version"),
                        .summary = from.get<std::string>("summary"),
                        .plugin = from.later<std::string>("plugin"),
                        .digest = from.later<std::string>("digest"),
                        .knobs = read_array(from.raw("knobs"), knob_from_json)};
    read.beyond = from.beyond();
    return read;
}

json to_json(const workload_record& workload) {
    json parameters = json::array();
    for (const auto& each : workload.parameters) parameters.push_back(to_json(each));
    return as_read({{"name", workload.name},
                    {"summary", workload.summary},
                    {"operation", workload.operation},
                    {"judged_by", workload.judged_by_cpu_time ? "cpu_time" : "wall_time"},
                    {"measures_latency", workload.measures_latency},
                    {"parameters", std::move(parameters)}},
                   workload.beyond);
}

workload_record workload_from_json(const json& written) {
    json_reader from(written);
    workload_record read{.name = from.get<std::string>("name"),
                         .summary = from.get<std::string>("summary"),
                         .operation = from.get<std::string>("operation"),
                         .judged_by_cpu_time = from.get<std::string>("judged_by") == "cpu_time",
                         .measures_latency = from.get<bool>("measures_latency"),
                         .parameters = read_array(from.raw("parameters"), parameter_from_json)};
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
