// What happens in a run, one by one: each event goes to the journal, and from there into the state (M3).
#pragma once

#include "harness/record/block_record.hpp"
#include "harness/record/case_status.hpp"
#include "harness/record/named_texts.hpp"
#include "harness/record/sweep_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace bench {

/// What a session used between two slices, when it should have slept.
struct pause_figures {
    std::uint64_t cpu_ns = 0;
    std::uint64_t wall_ns = 0;
};

struct block_begun {
    block_start block;
};

struct slice_taken {
    slice_record slice; ///< without latency: that of the file comes from `latency`
    pause_figures pause;
    std::optional<latency_record> latency = std::nullopt; ///< of mode latency; none where nothing was recorded
};

struct block_ended {
    block_conditions block;
};

/// What a cell said of its case, or what became of it; only what is new.
struct case_changed {
    std::string case_id;
    std::optional<case_status> status = std::nullopt;
    std::optional<std::string> reason = std::nullopt;
    std::optional<named_texts> knobs_effective = std::nullopt;
    std::optional<named_texts> capabilities = std::nullopt;
    std::optional<std::uint64_t> peak_rss_bytes = std::nullopt;
};

/// A stage of a sweep: for a reader of the journal alone.
struct stage_begun {
    stage_record stage;
};

using run_event = std::variant<block_begun, slice_taken, block_ended, case_changed, stage_begun>;

} // namespace bench
