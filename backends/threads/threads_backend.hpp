#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& threads_backend();

} // namespace bench
