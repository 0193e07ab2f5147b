#include "harness/run/run_result.hpp"

#include "harness/plan/repro_command.hpp"
#include "harness/record/result_file.hpp"
#include "harness/run/measured_files.hpp"

#include <set>

namespace bench {
namespace {

backend_record record_of(const backend& described, const named_texts& files) {
    static constexpr const char* kinds[] = {"ours", "rival", "floor"};
    backend_record made{.name = std::string(described.name()),
                        .kind = kinds[static_cast<std::size_t>(described.kind())],
                        .standing = std::string(word_of(described.standing())),
                        .version = std::string(described.version()),
                        .summary = std::string(described.summary()),
                        .plugin = std::nullopt,
                        .digest = library_digest(files, described),
                        .knobs = {}};
    if (const auto plugin = described.origin(); !plugin.empty()) made.plugin = std::string(plugin);
    for (const auto& knob : described.knobs())
        made.knobs.push_back({.name = knob.name,
                              .initial = knob.initial,
                              .range = knob.range,
                              .unit = knob.unit,
                              .help = knob.help});
    return made;
}

workload_record record_of(const workload& described) {
    workload_record made{.name = std::string(described.name),
                         .summary = std::string(described.summary),
                         .operation = std::string(described.operation),
                         .judged_by_cpu_time = described.judge == judged_by::cpu_time,
                         .measures_latency = described.measures_latency,
                         .parameters = {}};
    const auto defaults = parameters::make(described.parameters, {});
    for (const auto& spec : described.parameters)
        made.parameters.push_back(
            {.name = std::string(spec.name),
             .initial = defaults ? defaults->text(spec.name) : std::to_string(spec.initial),
             .unit = std::string(spec.unit),
             .help = std::string(spec.help)});
    return made;
}

/// How its workers wait, where its backend says so and its knobs are legal.
std::optional<std::string> waits_of(const arm& asked) {
    const auto knobs = asked.backend->effective_knobs(asked.knobs);
    if (!knobs) return std::nullopt;
    const auto manner = asked.backend->waits(*knobs);
    return manner ? std::optional(std::string(word_of(*manner))) : std::nullopt;
}

case_record record_of(const case_state& state, const run_options& options, const std::string& not_run_reason) {
    const auto& group = *state.group;
    const auto& arm = *state.arm;
    case_record made{.id = state.id,
                     .group = group.name,
                     .workload = std::string(group.workload->name),
                     .parameters = {},
                     .arm = arm.label(),
                     .backend = std::string(arm.backend->name()),
                     .of_base = arm.of_base,
                     .waits = waits_of(arm),
                     .knobs_given = named_texts_of(arm.knobs),
                     .knobs_effective = state.knobs_effective,
                     .capabilities = state.capabilities,
                     .injected_slowdown = arm.injected_slowdown,
                     .status = state.status,
                     .reason = state.reason,
                     .latency = state.latency.record(),
                     .peak_rss_bytes = state.peak_rss_bytes,
                     .paused_cpu_share = state.pauses.cpu_share(),
                     .repro = repro_command(group, arm, options),
                     .machine = std::nullopt};
    for (const auto& entry : group.values.entries())
        made.parameters.emplace_back(entry.spec.name, group.values.text(entry.spec.name));
    if (made.status == case_status::not_run && !made.reason) made.reason = not_run_reason;
    return made;
}

} // namespace

result_record make_result(const journal_header& header, const run_record& run, const run_options& options,
                          const run_state& state, const std::string& not_run_reason) {
    result_record made{.schema_version = written_schema_version,
                       .tool = header.tool,
                       .run = run,
                       .environment = header.environment,
                       .backends = {},
                       .workloads = {},
                       .cases = {},
                       .blocks = state.blocks(),
                       .warnings = {},
                       .machines = std::nullopt,
                       .parts = std::nullopt};
    std::set<const backend*> seen_backends;
    std::set<const workload*> seen_workloads;
    for (const auto& each : state.cases()) {
        if (seen_backends.insert(each.arm->backend).second)
            made.backends.push_back(record_of(*each.arm->backend, header.files));
        if (seen_workloads.insert(each.group->workload).second)
            made.workloads.push_back(record_of(*each.group->workload));
        made.cases.push_back(record_of(each, options, not_run_reason));
    }
    return made;
}

std::map<std::string, pause_totals> pauses_of(const run_state& state) {
    std::map<std::string, pause_totals> all;
    for (const auto& each : state.cases()) all[each.id] = each.pauses;
    return all;
}

} // namespace bench
