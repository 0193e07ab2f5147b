#pragma once

#include "workloads/contract/backend.hpp"

namespace bench {

[[nodiscard]] backend& asio_backend();

} // namespace bench
