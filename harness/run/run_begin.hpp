// What a run and a sweep begin with: where the file goes, its journal and its header.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/journal.hpp"
#include "harness/run/run.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Binds this process, and so all cells, to the CPUs. Error: the list, the cause and the remedy.
[[nodiscard]] std::optional<problem> pin(const std::vector<int>& cpus);

/// Where a result goes that can't go where it was meant to, and the journal of one that is written through.
[[nodiscard]] std::string path_aside(const std::string& run_id);

struct begun_run {
    std::string path; ///< of the result file
    journal_header header;
    std::unique_ptr<journal> lines; ///< open, behind its last whole line
};

/// Says on stderr what of this machine and this build makes every figure of the run another one.
void note_remarks(const journal_header& header);

/// Binds the CPUs, makes the folder and the journal, which says whether it is that of a sweep. The journal
/// stands beside the result, or in the temporary folder where the result is written through (a device, a pipe).
/// Error: a sentence for exit code 2; also where another run writes that file, or a result is there already.
[[nodiscard]] std::expected<begun_run, problem> begin_run(const plan& planned, const run_output& output,
                                                          bool sweeps = false);

} // namespace bench
