// `run`, `ab` and `run --resume`: plan → measure → record (M1–M3).
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/run/progress.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// How a run shows itself and where it writes.
struct run_output {
    std::string path;                   ///< empty: results/local/DATE-ID.json
    std::vector<std::string> arguments; ///< as typed, for the record
    progress_style style = progress_style::none;
    bool color = false;
    bool json_on_stdout = false;
    bool quiet = false;
    bool verbose = false;
    bool preview_ratios = false; ///< `ab`
};

/// Measures a plan. Returns the exit code.
[[nodiscard]] int run_plan(const plan& planned, const run_output& output);

/// Goes on with the unfinished run of that result file or journal. Returns the exit code.
[[nodiscard]] int resume_run(const std::string& path, const run_output& output);

} // namespace bench
