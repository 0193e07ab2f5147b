// What a run and a sweep end with: the result, where it is stored, and the exit code; each a value.
#pragma once

#include "harness/record/result_record.hpp"
#include "harness/run/run_begin.hpp"
#include "harness/run/run_state.hpp"
#include "harness/show/warnings.hpp"

#include <optional>
#include <string>

namespace bench {

/// What is left when the measuring is over.
struct run_end {
    result_record result; ///< with its warnings
    overhead costs;
    bool interrupted = false; ///< by a signal
    bool valid = false;       ///< every case has an honest end
    bool resumable = false;   ///< an interrupted run goes on from its journal
};

/// What ended a run before every case had its blocks, in the words of the schema.
inline constexpr const char* cut_by_signal = "signal";
inline constexpr const char* cut_by_budget = "budget";

/// How the run ended, as the result has it; `cut_by` is none where all was measured. Takes the time of day.
[[nodiscard]] run_record ended_run(const run_record& begun, const std::optional<std::string>& cut_by);

/// The result with its warnings. Where no case measured what an empty iteration costs, that takes a few ms
/// here.
[[nodiscard]] run_end end_run(const begun_run& begun, const run_record& ended, const run_options& options,
                              const run_state& state, const std::string& not_run_reason);

struct stored_result {
    std::string path; ///< where it is, or should be
    int exit_code = 0;
};

/// Writes the file; where that fails, to the temporary directory, so that nothing measured is lost, and says so
/// on stderr. Removes the journal when it is of no more use.
[[nodiscard]] stored_result store(const run_end& ended, const begun_run& begun);

[[nodiscard]] int exit_code_of(const run_end& ended, const stored_result& stored);

} // namespace bench
