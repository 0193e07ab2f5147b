#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& libuv_backend();

} // namespace bench
