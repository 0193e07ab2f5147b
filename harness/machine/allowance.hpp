// What of the machine this process and its cells may use: it can be taken away at any moment.
#pragma once

#include "harness/record/block_record.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace bench {

/// Of a process now, 0 for this one: the CPUs and the nice value of its first thread, and the quota of our
/// cgroup.
[[nodiscard]] allowance allowance_of(pid_t process);

/// What both leave: the CPUs of either, the higher nice value, the quota of the second.
[[nodiscard]] allowance narrowed(const allowance& first, const allowance& second);

/// What `now` has else than `before`, as the end of a sentence: "1 CPU (0) instead of 2 (0,1)". Nothing where
/// both are the same, as far as both are known.
[[nodiscard]] std::optional<std::string> allowance_change(const allowance& before, const allowance& now);

} // namespace bench
