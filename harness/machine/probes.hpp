// Two figures that tell in which state the CPUs are: near or far from each other (M5).
#pragma once

#include "harness/record/block_record.hpp"

namespace bench {

/// Takes about 5 ms, on the first two CPUs that this process may use. None of a figure where there are no
/// threads to take it with.
[[nodiscard]] probe_figures take_probes();

/// Whether the CPUs were near before and far after, or the reverse: the cache line's round trip crossed ×2.5.
[[nodiscard]] bool state_changed(const probe_figures& before, const probe_figures& after) noexcept;

} // namespace bench
