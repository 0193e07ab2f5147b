#pragma once

#include "workloads/workload.hpp"

#include <vector>

namespace bench {

/// W30–W33.
[[nodiscard]] std::vector<workload> stream_workloads();

} // namespace bench
