#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& floor_backend();

} // namespace bench
