// The workloads of this build.
#pragma once

#include "workloads/contract/workload.hpp"

#include <span>
#include <string_view>

namespace bench {

/// Every workload of the build, in the order of the specification. Static storage.
[[nodiscard]] std::span<const workload> all_workloads();

/// The workload of that exact name, or null.
[[nodiscard]] const workload* find_workload(std::string_view name);

} // namespace bench
