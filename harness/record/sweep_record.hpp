// How a sweep came to its winner: `run.sweep` of the result schema.
#pragma once

#include "harness/record/other_minor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A knob with the values that were tried.
struct swept_knob {
    std::string name;
    std::vector<std::string> values;
};

/// A combination that its backend refuses, though it takes the values by themselves or in other points.
struct contradictory_point {
    std::string arm;
    std::string reason;
};

/// A point of a stage with its rank's figure: point / baseline, a median of block ratios; no inference.
struct stage_point {
    std::string arm;
    std::optional<double> median_ratio = std::nullopt; ///< none: it has no block with the baseline
    std::uint64_t blocks = 0;
    bool kept = false; ///< goes on to the next stage
};

enum class stage_kind { screening, confirmation };

/// A stage: a group of its own, with blocks of its own.
struct stage_record {
    stage_kind kind = stage_kind::screening;
    std::string group;
    std::uint64_t blocks_planned = 0;
    std::vector<stage_point> points; ///< empty: the sweep was interrupted before the stage ended
};

struct sweep_record {
    std::string baseline; ///< arm
    std::string combine;  ///< ofat, product or zip
    std::vector<swept_knob> knobs;
    std::vector<std::string> left_out; ///< points that are the same as the baseline or another one
    std::vector<contradictory_point> contradictory;
    std::vector<stage_record> stages;
    std::optional<std::string> winner = std::nullopt; ///< arm; none: no point has a figure
    other_minor beyond = {};
};

} // namespace bench
