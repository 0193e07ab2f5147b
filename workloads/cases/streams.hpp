// The workloads that move frames over connections to the echo peer.
#pragma once

#include "workloads/contract/workload.hpp"

#include <vector>

namespace bench {

/// W30–W36.
[[nodiscard]] std::vector<workload> stream_workloads();

} // namespace bench
