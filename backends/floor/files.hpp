// How the floor reads and writes files.
#pragma once

#include "workloads/contract/backend.hpp"

#include <expected>
#include <memory>

namespace bench::by_hand {

enum class file_access {
    fastest,  ///< whichever of the two is the faster for the case
    blocking, ///< pread(2) and pwrite(2)
    ring,     ///< liburing, straight
};

/// Of the family fs.
std::expected<std::unique_ptr<session>, refusal> open_file_session(const workload& what, const parameters& how,
                                                                   file_access access);

} // namespace bench::by_hand
