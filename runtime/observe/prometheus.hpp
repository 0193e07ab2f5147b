// The numbers of a runtime as text for Prometheus (R47).
#pragma once

#include <spargio/observe/runtime_stats.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace spargio {

/// Every number of stat_fields() in the text exposition format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/): totals as counters `spargio_NAME_total`,
/// what counts now as gauges `spargio_NAME`, one sample a shard with the label `shard`. To be served as
/// `text/plain; version=0.0.4`. A program with several runtimes gives each a name, which becomes the label
/// `runtime`; any characters will do. Any thread, also after the runtime has stopped. Throws std::bad_alloc.
/// Cost: some µs a shard for the caller, nothing for the shards.
[[nodiscard]] std::string prometheus_text(const runtime_stats& stats, std::string_view name = {});

/// The same of a runtime, or of a handle to one, as it is now.
template <class Runtime>
requires requires(const Runtime& of) {
    { of.stats() } -> std::same_as<runtime_stats>;
}
[[nodiscard]] std::string prometheus_text(const Runtime& of, std::string_view name = {}) {
    return prometheus_text(of.stats(), name);
}

} // namespace spargio
