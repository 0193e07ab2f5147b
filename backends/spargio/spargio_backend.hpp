#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& spargio_backend();

} // namespace bench
