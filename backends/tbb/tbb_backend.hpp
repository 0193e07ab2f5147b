#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& tbb_backend();

} // namespace bench
