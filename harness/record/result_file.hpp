// The result document (results/schema) and how it reaches its name (M20, P21).
#pragma once

#include "harness/common/json.hpp"
#include "harness/run/run_state.hpp"

#include <expected>
#include <string>

namespace bench {

/// `tool` of the result schema.
[[nodiscard]] json tool_info();

/// The whole document except `warnings`, which are judged from it. `run` is the object of that name.
[[nodiscard]] json make_result(const json& tool, const json& run, const json& environment, const plan& planned,
                               const run_state& state);

/// Writes aside, syncs, renames: at `path` there is the whole text or what was there before.
/// Error: path and cause.
[[nodiscard]] std::expected<void, std::string> write_whole(const std::string& path, const std::string& text);

/// The same for a document.
[[nodiscard]] std::expected<void, std::string> write_result(const std::string& path, const json& document);

} // namespace bench
