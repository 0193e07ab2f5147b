// Limits that several operations share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace spargio::ops::detail {

/// Bytes that the kernel transfers at most with one call (read(2)); more is asked for in parts.
inline constexpr std::size_t largest_transfer = 0x7ffff000;

/// The length of a request.
[[nodiscard]] constexpr unsigned transfer_length(std::size_t wanted) noexcept {
    return static_cast<unsigned>(std::min(wanted, largest_transfer));
}

/// How many buffers a request names, which has less room for that: the kernel refuses far fewer.
[[nodiscard]] constexpr unsigned transfer_parts(std::size_t given) noexcept {
    return static_cast<unsigned>(std::min<std::size_t>(given, std::numeric_limits<unsigned>::max()));
}

} // namespace spargio::ops::detail
