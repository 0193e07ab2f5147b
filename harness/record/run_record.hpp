// The run as a whole: what was asked for, and how it ended.
#pragma once

#include "harness/record/sweep_record.hpp"
#include "harness/record/tool_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

enum class run_status { complete, interrupted, failed };

/// Which part of a plan a run is, where several machines share it.
struct plan_part_record {
    std::uint64_t index = 1; ///< from 1
    std::uint64_t count = 1;
    std::string plan; ///< digest of the whole plan: parts of one matrix have the same
};

/// The other build that arms `NAME@base` are of.
struct base_build_record {
    std::string path; ///< absolute
    tool_record tool;
};

/// `run` of the result schema. Times of day in ns since 1970, durations in ns.
struct run_record {
    std::string id;
    std::optional<std::string> title = std::nullopt;
    std::uint64_t seed = 0;
    std::vector<std::string> arguments; ///< as typed
    run_status status = run_status::interrupted;
    std::int64_t started_unix_ns = 0;
    std::optional<std::int64_t> finished_unix_ns = std::nullopt;
    std::uint64_t blocks_planned = 0;   ///< of each group
    std::uint64_t slices_per_block = 0; ///< judged slices of each arm
    std::uint64_t slice_target_ns = 0;
    std::uint64_t quiet_wait_limit_ns = 0;
    std::optional<std::string> cut_by = std::nullopt;      ///< of an interrupted run: signal or budget
    std::optional<std::uint64_t> budget_ns = std::nullopt; ///< none: no limit
    std::optional<plan_part_record> part = std::nullopt;   ///< key `shard`; none: the whole plan
    std::optional<base_build_record> base_build = std::nullopt;
    bool resumed = false;
    std::optional<sweep_record> sweep = std::nullopt; ///< of `sweep` alone
    /// Of merged files, where parts were missing: as 2/4.
    std::optional<std::vector<std::string>> missing_shards = std::nullopt;
    other_minor beyond = {};
};

} // namespace bench
