// Which backends this build has. The harness knows backends only through this.
#pragma once

#include "workloads/backend.hpp"

#include <span>
#include <string_view>

namespace bench {

/// Every backend of the build, ours first, then the rivals by name, the floor last. Static storage.
[[nodiscard]] std::span<backend* const> all_backends();

/// The backend of that exact name, or null.
[[nodiscard]] backend* find_backend(std::string_view name);

} // namespace bench
