#include "harness/record/json/block.hpp"

#include "harness/record/json/reader.hpp"
#include "harness/record/json/slice.hpp"

namespace bench {
namespace {

json to_json(const probe_figures& probes) {
    return as_read({{"cache_line_round_trip_ns", or_null(probes.cache_line_ns)},
                    {"eventfd_round_trip_ns", or_null(probes.eventfd_ns)}},
                   probes.beyond);
}

probe_figures probes_from_json(const json& written) {
    json_reader from(written);
    probe_figures read{.cache_line_ns = from.nullable<std::uint64_t>("cache_line_round_trip_ns"),
                       .eventfd_ns = from.nullable<std::uint64_t>("eventfd_round_trip_ns")};
    read.beyond = from.beyond();
    return read;
}

block_start read_start(json_reader& from) {
    return {.index = from.get<std::uint64_t>("index"),
            .group = from.get<std::string>("group"),
            .number = from.get<std::uint64_t>("number"),
            .seed = from.get<std::uint64_t>("seed"),
            .started_unix_ns = from.get<std::int64_t>("started_unix_ns")};
}

block_conditions read_conditions(json_reader& from) {
    return {.noise = {.pressure_share = from.nullable<double>("cpu_pressure_share"),
                      .foreign_share = from.nullable<double>("foreign_cpu_share"),
                      .stolen_share = from.later<double>("stolen_cpu_share"),
                      .throttled_ns = from.nullable<std::uint64_t>("throttled_ns")},
            .allowed = {.cpus = from.later<std::vector<int>>("affinity"),
                        .nice = from.later<std::int64_t>("nice"),
                        .cpu_limit = from.later<double>("cgroup_cpu_limit")},
            .probes_before = probes_from_json(from.raw("probes_before")),
            .probes_after = probes_from_json(from.raw("probes_after")),
            .state_changed = from.get<bool>("state_changed"),
            .waited_for_quiet_ns = from.get<std::uint64_t>("waited_for_quiet_ns"),
            .dropped = from.get<bool>("dropped"),
            .drop_reason = from.nullable<std::string>("drop_reason")};
}

} // namespace

json to_json(const block_start& start) {
    return {{"index", start.index},
            {"group", start.group},
            {"number", start.number},
            {"seed", start.seed},
            {"started_unix_ns", start.started_unix_ns}};
}

block_start block_start_from_json(const json& written) {
    json_reader from(written);
    return read_start(from);
}

json to_json(const block_conditions& conditions) {
    return {{"cpu_pressure_share", or_null(conditions.noise.pressure_share)},
            {"foreign_cpu_share", or_null(conditions.noise.foreign_share)},
            {"stolen_cpu_share", or_null(conditions.noise.stolen_share)},
            {"throttled_ns", or_null(conditions.noise.throttled_ns)},
            {"probes_before", to_json(conditions.probes_before)},
            {"probes_after", to_json(conditions.probes_after)},
            {"state_changed", conditions.state_changed},
            {"waited_for_quiet_ns", conditions.waited_for_quiet_ns},
            {"dropped", conditions.dropped},
            {"drop_reason", or_null(conditions.drop_reason)},
            {"affinity", or_null(conditions.allowed.cpus)},
            {"nice", or_null(conditions.allowed.nice)},
            {"cgroup_cpu_limit", or_null(conditions.allowed.cpu_limit)}};
}

block_conditions block_conditions_from_json(const json& written) {
    json_reader from(written);
    return read_conditions(from);
}

json to_json(const block_record& block) {
    auto all = to_json(block.start);
    all.update(to_json(block.conditions));
    all["slices"] = to_json_array(block.slices);
    if (block.machine) all["machine"] = *block.machine;
    return as_read(std::move(all), block.beyond);
}

block_record block_from_json(const json& written) {
    json_reader from(written);
    block_record read{.start = read_start(from),
                      .conditions = read_conditions(from),
                      .slices = read_array(from.raw("slices"), slice_from_json),
                      .machine = std::nullopt};
    if (const auto* machine = from.rare("machine")) read.machine = machine->get<std::uint64_t>();
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
