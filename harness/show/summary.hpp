// What a run prints at its end: medians, no judgement.
#pragma once

#include "harness/common/json.hpp"
#include "harness/plan/plan.hpp"
#include "harness/show/warnings.hpp"

#include <string>

namespace bench {

/// The plan with its estimate of time, a line a group.
[[nodiscard]] std::string describe_plan(const plan& of);

/// A table of medians per operation with the cases that have none and why, the overhead line, the warnings.
[[nodiscard]] std::string summarize(const json& document, const overhead& costs, bool all_warnings);

} // namespace bench
