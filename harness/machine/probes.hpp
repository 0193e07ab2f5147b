// Two figures that tell in which state the CPUs are: near or far from each other (M5).
#pragma once

#include "harness/common/json.hpp"

#include <cstdint>
#include <optional>

namespace bench {

struct probe_figures {
    /// Median round trip of one cache line between two CPUs, two threads spinning; none with one CPU.
    std::optional<std::uint64_t> cache_line_ns;
    /// Median blocking round trip of two threads over two eventfds.
    std::optional<std::uint64_t> eventfd_ns;

    [[nodiscard]] json to_json() const;
};

/// Takes about 5 ms, on the first two CPUs that this process may use.
[[nodiscard]] probe_figures take_probes();

/// Whether the CPUs were near before and far after, or the reverse: the cache line's round trip crossed ×2.5.
[[nodiscard]] bool state_changed(const probe_figures& before, const probe_figures& after) noexcept;

} // namespace bench
