#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& spargio_backend();

} // namespace bench
