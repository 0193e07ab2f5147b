// The offset that means: where the file stands.
#pragma once

#include <cstdint>

namespace spargio::ops {

/// For offsets: where the file's own position stands, which moves; the only one for what has no positions.
inline constexpr std::uint64_t current_position = ~std::uint64_t{0};

} // namespace spargio::ops
