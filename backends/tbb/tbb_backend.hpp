#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& tbb_backend();

} // namespace bench
