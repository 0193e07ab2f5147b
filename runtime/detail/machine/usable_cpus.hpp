// How many CPUs this process may use.
#pragma once

namespace spargio::detail {

/// CPUs in the affinity mask (sched_getaffinity(2)), cut down to the cgroup v2 quota (cpu.max, rounded up).
/// At least 1. Cost: a few system calls and a file read; call it at start, not in a loop. Any thread.
[[nodiscard]] unsigned usable_cpus() noexcept;

} // namespace spargio::detail
