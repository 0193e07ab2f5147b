// The result of a run, made from what its state holds (M20).
#pragma once

#include "harness/record/journal.hpp"
#include "harness/record/result_record.hpp"
#include "harness/run/run_state.hpp"

#include <map>
#include <string>

namespace bench {

/// The whole result except its warnings, which are judged from it. `run` is how the run ended, `header` what it
/// began with; `not_run_reason` is said of a case without a whole block.
[[nodiscard]] result_record make_result(const journal_header& header, const run_record& run,
                                        const run_options& options, const run_state& state,
                                        const std::string& not_run_reason);

/// What the paused sessions used, by case id.
[[nodiscard]] std::map<std::string, pause_totals> pauses_of(const run_state& state);

} // namespace bench
