#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& threads_backend();

} // namespace bench
