// What the machine is.
#pragma once

#include "harness/record/named_texts.hpp"
#include "harness/record/other_minor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// `environment` of the result schema. None where it can't be read.
struct environment_record {
    std::optional<std::string> kernel = std::nullopt;
    std::optional<std::string> architecture = std::nullopt;
    std::optional<std::string> cpu_model = std::nullopt;
    std::optional<std::int64_t> cpus_usable = std::nullopt; ///< by this process
    std::optional<std::int64_t> cpus_online = std::nullopt;
    std::optional<std::vector<int>> affinity = std::nullopt;
    std::optional<std::int64_t> memory_bytes = std::nullopt;
    std::optional<double> cgroup_cpu_limit = std::nullopt; ///< CPUs allowed by the cgroup quota; none: no limit
    std::optional<std::string> clock_source = std::nullopt;
    std::optional<std::string> smt = std::nullopt;
    std::optional<std::string> governor = std::nullopt;
    std::optional<named_texts> mitigations = std::nullopt;
    std::optional<std::string> io_uring = std::nullopt; ///< "available", or why not
    std::optional<bool> perf_counters = std::nullopt;   ///< whether they can be read
    std::optional<std::int64_t> perf_event_paranoid = std::nullopt;
    std::optional<std::string> virtualization = std::nullopt;
    std::optional<std::int64_t> memlock_limit_bytes = std::nullopt; ///< none: no limit
    std::optional<std::int64_t> nice = std::nullopt;
    other_minor beyond = {};
};

} // namespace bench
