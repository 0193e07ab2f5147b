// `spargio-bench repro`: the one command that measures a case of a file again.
#pragma once

#include <string>

namespace bench {

/// `spargio-bench repro CASE FILE`: prints the command of that case. Returns the exit code.
[[nodiscard]] int run_repro(const std::string& case_id, const std::string& path);

} // namespace bench
