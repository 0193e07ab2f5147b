// A whole result file (M20).
#pragma once

#include "harness/record/backend_record.hpp"
#include "harness/record/block_record.hpp"
#include "harness/record/case_record.hpp"
#include "harness/record/environment_record.hpp"
#include "harness/record/run_record.hpp"
#include "harness/record/workload_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What a reader must know before he believes a figure.
struct warning_record {
    std::string code; ///< a stable word, as near_overhead
    std::optional<std::string> case_id = std::nullopt;
    std::string text;
    other_minor beyond = {};
};

/// Of merged files: a machine for each file that was joined.
struct machine_record {
    std::string name; ///< machine1, machine2 …
    environment_record environment;
    other_minor beyond = {};
};

/// Of merged files: a run that was joined.
struct part_record {
    std::uint64_t machine = 0; ///< position under `machines`
    tool_record tool;
    run_record run;
    other_minor beyond = {};
};

/// The document of results/schema. `machines` and `parts` are those of merged files alone.
struct result_record {
    std::string schema_version;
    tool_record tool;
    run_record run;
    environment_record environment;
    std::vector<backend_record> backends;
    std::vector<workload_record> workloads;
    std::vector<case_record> cases;
    std::vector<block_record> blocks; ///< in the order of the run
    std::vector<warning_record> warnings;
    std::optional<std::vector<machine_record>> machines = std::nullopt;
    std::optional<std::vector<part_record>> parts = std::nullopt;
    other_minor beyond = {};
};

} // namespace bench
