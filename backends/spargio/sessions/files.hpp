#pragma once

#include "workloads/contract/backend.hpp"

#include <expected>
#include <memory>

#include <spargio/core/options.hpp>

namespace bench {

/// Of the family fs. Throws what starting the runtime and making the files throws.
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
open_spargio_file_session(const workload& what, const parameters& how, const spargio::runtime_options& options);

} // namespace bench
