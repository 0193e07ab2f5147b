// What the process holds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace soak {

/// Resident memory is without what malloc keeps for later (malloc_trim).
struct holdings {
    std::uint64_t resident_kib = 0;
    std::ptrdiff_t files = 0;
    std::ptrdiff_t threads = 0;

    [[nodiscard]] static holdings now();
};

/// The least of some looks at a busy process: what it holds between its bursts.
[[nodiscard]] holdings least_of(int looks, std::chrono::milliseconds apart);

} // namespace soak
