// Plugins that the user names on the command line join the backends of the build (W3).
#pragma once

#include "harness/common/problem.hpp"

#include <optional>
#include <span>
#include <string>

namespace bench {

/// Loads each and adds it to the registry; a path that was added before is left alone. The first problem, with
/// the path; none when all are there.
[[nodiscard]] std::optional<problem> add_plugins(std::span<const std::string> paths);

} // namespace bench
