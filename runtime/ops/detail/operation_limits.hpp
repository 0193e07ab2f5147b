// Limits and names that several operations share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace spargio::ops {

/// For offsets: where the file's own position stands, which moves; the only one for what has no positions.
inline constexpr std::uint64_t current_position = ~std::uint64_t{0};

/// Bytes that the kernel transfers at most with one call (read(2)); more is asked for in parts.
inline constexpr std::size_t largest_transfer = 0x7ffff000;

/// The length of a request.
[[nodiscard]] constexpr unsigned transfer_length(std::size_t wanted) noexcept {
    return static_cast<unsigned>(std::min(wanted, largest_transfer));
}

} // namespace spargio::ops
