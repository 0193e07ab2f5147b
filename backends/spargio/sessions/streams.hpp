#pragma once

#include "backends/spargio/stream_choices.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <spargio/core/options.hpp>

#include <expected>
#include <memory>

namespace bench {

/// A session for net/ workloads that go to the echo peer. Throws std::exception when runtime or connections
/// can't be opened.
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
open_stream_session(const spargio::runtime_options& options, const stream_shape& shape, stream_choices choices);

/// A session for mixed/io_cpu. Throws likewise.
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
open_mixed_session(const spargio::runtime_options& options, const mixed_shape& shape, stream_choices choices);

} // namespace bench
