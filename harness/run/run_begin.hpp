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

struct begun_run {
    std::string path; ///< of the result file
    journal_header header;
    std::unique_ptr<journal> lines; ///< open, behind its last whole line
};

/// Binds the CPUs, makes the folder and the journal, which says whether it is that of a sweep. Error: a
/// sentence for exit code 2.
[[nodiscard]] std::expected<begun_run, problem> begin_run(const plan& planned, const run_output& output,
                                                          bool sweeps = false);

} // namespace bench
