#include "harness/record/json/case.hpp"

#include "harness/record/json/reader.hpp"
#include "harness/record/json/slice.hpp"

#include <stdexcept>

namespace bench {

case_status case_status_from_json(const json& written) {
    const auto word = written.get<std::string>();
    const auto status = case_status_of(word);
    if (!status) throw std::out_of_range("there is no case status '" + word + "'");
    return *status;
}

json to_json(const case_record& record) {
    json all{{"id", record.id},
             {"group", record.group},
             {"workload", record.workload},
             {"parameters", object_of(record.parameters)},
             {"arm", record.arm},
             {"backend", record.backend},
             {"of_base", record.of_base},
             {"waits", or_null(record.waits)},
             {"knobs_given", object_of(record.knobs_given)},
             {"knobs_effective", object_of(record.knobs_effective)},
             {"capabilities", object_of(record.capabilities)},
             {"injected_slowdown", or_null(record.injected_slowdown)},
             {"status", word_of(record.status)},
             {"reason", or_null(record.reason)},
             {"latency", to_json_or_null(record.latency)},
             {"peak_rss_bytes", or_null(record.peak_rss_bytes)},
             {"paused_cpu_share", or_null(record.paused_cpu_share)},
             {"repro", record.repro}};
    if (record.machine) all["machine"] = *record.machine;
    return as_read(std::move(all), record.beyond);
}

case_record case_from_json(const json& written) {
    json_reader from(written);
    case_record read{.id = from.get<std::string>("id"),
                     .group = from.get<std::string>("group"),
                     .workload = from.get<std::string>("workload"),
                     .parameters = named_texts_from_json(from.raw("parameters")),
                     .arm = from.get<std::string>("arm"),
                     .backend = from.get<std::string>("backend"),
                     .of_base = from.later<bool>("of_base").value_or(false),
                     .waits = from.later<std::string>("waits"),
                     .knobs_given = named_texts_from_json(from.raw("knobs_given")),
                     .knobs_effective = named_texts_from_json(from.raw("knobs_effective")),
                     .capabilities = named_texts_from_json(from.raw("capabilities")),
                     .injected_slowdown = from.later<double>("injected_slowdown"),
                     .status = case_status_from_json(from.raw("status")),
                     .reason = from.nullable<std::string>("reason"),
                     .latency = std::nullopt,
                     .peak_rss_bytes = from.nullable<std::uint64_t>("peak_rss_bytes"),
                     .paused_cpu_share = from.nullable<double>("paused_cpu_share"),
                     .repro = from.get<std::string>("repro"),
                     .machine = std::nullopt};
    if (const auto& latency = from.raw("latency"); !latency.is_null())
        read.latency = latency_record_from_json(latency);
    if (const auto* machine = from.rare("machine")) read.machine = machine->get<std::uint64_t>();
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
