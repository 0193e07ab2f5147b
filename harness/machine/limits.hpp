// The limits of ulimit(1) that many arms run into.
#pragma once

#include "harness/common/problem.hpp"

#include <cstddef>
#include <optional>

namespace bench {

/// Makes room for so many cells at a time: raises the soft limits of open files and of processes, where they
/// are too low and the hard ones allow it. Error: which hard limit is too low, and the remedy. Cells inherit
/// the limits.
[[nodiscard]] std::optional<problem> make_room_for_cells(std::size_t cells);

} // namespace bench
