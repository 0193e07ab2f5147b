#include "harness/record/json/slice.hpp"

#include "harness/record/json/reader.hpp"

namespace bench {
namespace {

constexpr const char* mode_words[] = {"throughput", "latency"};

json percentiles(const latency_summary& summary) {
    return {{"count", summary.count},
            {"min_ns", summary.min_ns},
            {"max_ns", summary.max_ns},
            {"p50_ns", summary.p50_ns},
            {"p90_ns", summary.p90_ns},
            {"p95_ns", or_null(summary.p95_ns)},
            {"p99_ns", or_null(summary.p99_ns)},
            {"p999_ns", or_null(summary.p999_ns)}};
}

latency_summary read_percentiles(json_reader& from) {
    return {.count = from.get<std::uint64_t>("count"),
            .min_ns = from.get<std::uint64_t>("min_ns"),
            .max_ns = from.get<std::uint64_t>("max_ns"),
            .p50_ns = from.get<std::uint64_t>("p50_ns"),
            .p90_ns = from.get<std::uint64_t>("p90_ns"),
            .p95_ns = from.later<std::uint64_t>("p95_ns"),
            .p99_ns = from.nullable<std::uint64_t>("p99_ns"),
            .p999_ns = from.nullable<std::uint64_t>("p999_ns")};
}

slice_figures read_figures(json_reader& from) {
    return {.iterations = from.get<std::uint64_t>("iterations"),
            .operations = from.get<std::uint64_t>("operations"),
            .wall_ns = from.get<std::uint64_t>("wall_ns"),
            .user_ns = from.get<std::uint64_t>("user_ns"),
            .system_ns = from.get<std::uint64_t>("system_ns"),
            .voluntary_switches = from.get<std::uint64_t>("voluntary_switches"),
            .involuntary_switches = from.get<std::uint64_t>("involuntary_switches"),
            .instructions = from.nullable<std::uint64_t>("instructions"),
            .cycles = from.nullable<std::uint64_t>("cycles"),
            .peer_cpu_ns = from.later<std::uint64_t>("peer_cpu_ns")};
}

} // namespace

json to_json(const latency_summary& summary) { return as_read(percentiles(summary), summary.beyond); }

latency_summary latency_summary_from_json(const json& written) {
    json_reader from(written);
    auto read = read_percentiles(from);
    read.beyond = from.beyond();
    return read;
}

json to_json(const latency_record& latency) {
    auto all = percentiles(latency.summary);
    json buckets = json::array();
    for (const auto& [value_ns, count] : latency.buckets) buckets.push_back({value_ns, count});
    all["buckets"] = std::move(buckets);
    return as_read(std::move(all), latency.summary.beyond);
}

latency_record latency_record_from_json(const json& written) {
    json_reader from(written);
    latency_record read{.summary = read_percentiles(from), .buckets = {}};
    for (const auto& bucket : from.raw("buckets"))
        read.buckets.push_back({bucket.at(0).get<std::uint64_t>(), bucket.at(1).get<std::uint64_t>()});
    read.summary.beyond = from.beyond();
    return read;
}

json to_json(const slice_figures& figures) {
    return {{"iterations", figures.iterations},
            {"operations", figures.operations},
            {"wall_ns", figures.wall_ns},
            {"user_ns", figures.user_ns},
            {"system_ns", figures.system_ns},
            {"voluntary_switches", figures.voluntary_switches},
            {"involuntary_switches", figures.involuntary_switches},
            {"instructions", or_null(figures.instructions)},
            {"cycles", or_null(figures.cycles)},
            {"peer_cpu_ns", or_null(figures.peer_cpu_ns)}};
}

slice_figures slice_figures_from_json(const json& written) {
    json_reader from(written);
    return read_figures(from);
}

json to_json(const slice_record& slice) {
    json all{{"case", slice.case_id}, {"mode", mode_words[static_cast<std::size_t>(slice.mode)]}};
    all.update(to_json(slice.figures));
    if (slice.mode == slice_mode::latency) all["latency"] = to_json_or_null(slice.latency);
    return as_read(std::move(all), slice.beyond);
}

slice_record slice_from_json(const json& written) {
    json_reader from(written);
    slice_record read{.case_id = from.get<std::string>("case"),
                      .mode = from.get<std::string>("mode") == mode_words[1] ? slice_mode::latency
                                                                             : slice_mode::throughput,
                      .figures = read_figures(from),
                      .latency = std::nullopt};
    if (read.mode == slice_mode::latency)
        if (const auto* latency = from.later("latency")) read.latency = latency_summary_from_json(*latency);
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
