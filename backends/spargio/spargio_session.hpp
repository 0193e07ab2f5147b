#pragma once

#include "backends/spargio/stream_choices.hpp"
#include "workloads/contract/backend.hpp"

#include <spargio/core/options.hpp>

namespace bench {

/// Opens the session for one workload. Options are resolved; a failure to start is a refusal of kind `failed`
/// with cause and remedy.
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
open_spargio_session(const workload& what, const parameters& how, const spargio::runtime_options& options,
                     stream_choices choices);

} // namespace bench
