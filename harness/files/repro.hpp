// The one command that measures a case again.
#pragma once

#include "harness/plan/plan.hpp"

#include <string>

namespace bench {

[[nodiscard]] std::string repro_command(const group& g, const arm& a, const run_options& options);

/// `spargio-bench repro CASE FILE`: prints the command of that case. Returns the exit code.
[[nodiscard]] int run_repro(const std::string& case_id, const std::string& path);

} // namespace bench
