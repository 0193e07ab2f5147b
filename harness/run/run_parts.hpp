// What a run and a sweep begin and end with: where the file goes, its journal, its header, and how it is
// stored.
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/record/journal.hpp"
#include "harness/run/run.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Says it on stderr and hands the code back.
int complain(int code, const std::string& what);

/// Binds this process, and so all cells, to the CPUs. Error: which, why, and the remedy.
[[nodiscard]] std::optional<std::string> pin(const std::vector<int>& cpus);

struct begun_run {
    std::string path; ///< of the result file
    json header;      ///< the journal's first line
    std::unique_ptr<journal> writes;
};

/// Binds the CPUs, makes the folder and the journal, which says whether it is that of a sweep. Error: a
/// sentence for exit code 2.
[[nodiscard]] std::expected<begun_run, std::string> begin_run(const plan& planned, const run_output& output,
                                                              bool sweeps = false);

/// Writes the file; where that fails, to the temporary directory (`path` then says so), so that nothing
/// measured is lost. Returns the exit code.
[[nodiscard]] int store_result(std::string& path, const json& document, const journal& beside);

} // namespace bench
