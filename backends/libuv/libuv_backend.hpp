#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& libuv_backend();

} // namespace bench
