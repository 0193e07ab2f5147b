// What a run prints at its end: medians, no judgement.
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/record/result_record.hpp"
#include "harness/show/warnings.hpp"

#include <string>

namespace bench {

/// The plan with its estimate of time, a line a group.
[[nodiscard]] std::string describe_plan(const plan& planned);

/// A table of medians per operation with the cases that have none and why, the overhead line, the warnings.
[[nodiscard]] std::string summarize(const result_record& result, const overhead& costs, bool all_warnings);

} // namespace bench
