// What the machine is: stands in every result file. What can't be read is null.
#pragma once

#include "harness/common/json.hpp"

#include <optional>
#include <string>

namespace bench {

/// `environment` of the result schema.
[[nodiscard]] json read_environment();

/// "available", or why io_uring can't be used, with the cause. Asks the kernel by setting up a ring.
[[nodiscard]] std::string probe_io_uring();

/// CPUs that the cgroup's quota allows; none where there is no quota.
[[nodiscard]] std::optional<double> cgroup_cpu_limit();

/// First line of a file; none where it can't be read or is empty.
[[nodiscard]] std::optional<std::string> first_line(const std::string& path);

} // namespace bench
