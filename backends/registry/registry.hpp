// Which backends this build has. The harness knows backends only through this.
#pragma once

#include "workloads/contract/backend.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace bench {

/// Every backend of the build, ours first, then the rivals by name, the floor, and last what was added. One
/// that cannot run here is among them and says so (`backend::lack`). Valid until the next `add_backend`.
[[nodiscard]] std::span<backend* const> all_backends();

/// The backend of that exact name, or null.
[[nodiscard]] backend* find_backend(std::string_view name);

/// Adds a plugin for the rest of the process. False when its name is taken. One thread at a time.
[[nodiscard]] bool add_backend(std::unique_ptr<backend> added);

} // namespace bench
