#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& floor_backend();

} // namespace bench
