#pragma once

#include "backends/spargio/stream_choices.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/contract/backend.hpp"

#include <spargio/core/options.hpp>

#include <expected>
#include <memory>

namespace bench {

/// Sessions for net/connections and net/open_loop. They throw std::exception when runtime or connections can't
/// be opened.
[[nodiscard]] std::unique_ptr<session> make_connections_session(const spargio::runtime_options& options,
                                                                const connections_shape& shape);
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
open_open_loop_session(const spargio::runtime_options& options, const open_loop_shape& shape,
                       stream_choices choices);

} // namespace bench
