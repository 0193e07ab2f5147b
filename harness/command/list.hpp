// `spargio-bench list`: what there is.
#pragma once

#include "harness/plan/plan.hpp"

#include <string>

namespace bench {

/// Of the workloads and backends that `cases` holds. `what` is workloads, backends, knobs, cases, or empty for
/// the first two. `names_only`: for scripts and shells. Returns the exit code.
[[nodiscard]] int run_list(const std::string& topic, bool names_only, const plan& cases);

} // namespace bench
