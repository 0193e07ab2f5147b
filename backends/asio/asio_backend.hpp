#pragma once

#include "workloads/backend.hpp"

namespace bench {

[[nodiscard]] backend& asio_backend();

} // namespace bench
