// `spargio-bench list`: what there is.
#pragma once

#include "harness/plan.hpp"

#include <string>

namespace bench {

/// `what` is workloads, backends, knobs, cases, or empty for workloads and backends. Returns the exit code.
[[nodiscard]] int run_list(const std::string& what, const plan& cases);

} // namespace bench
