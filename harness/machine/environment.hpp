// What the machine is: stands in every result file. What can't be read is null.
#pragma once

#include "harness/record/environment_record.hpp"
#include "harness/record/field_difference.hpp"

#include <optional>
#include <string>

namespace bench {

/// Asks the kernel and its files. Sets up a ring and opens counters to see whether that works.
[[nodiscard]] environment_record read_environment();

/// The first difference that makes two machines others: kernel, CPU model, number of CPUs.
[[nodiscard]] std::optional<field_difference> machine_difference(const environment_record& one,
                                                                 const environment_record& other);

/// "available", or why io_uring can't be used, with the remedy. Asks the kernel by setting up a ring.
[[nodiscard]] std::string probe_io_uring();

/// CPUs that the cgroup's quota allows; none where there is no quota.
[[nodiscard]] std::optional<double> cgroup_cpu_limit();

/// First line of a file; none where it can't be read or is empty.
[[nodiscard]] std::optional<std::string> first_line(const std::string& path);

} // namespace bench
