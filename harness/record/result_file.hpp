// How a result reaches its name (P21).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/result_record.hpp"

#include <expected>
#include <string>

namespace bench {

/// The version of results/schema that this build writes.
inline constexpr const char* written_schema_version = "1.3";

/// Writes aside, syncs, renames: at `path` there is the whole text or what was there before.
/// Error: path and cause.
[[nodiscard]] std::expected<void, problem> write_whole(const std::string& path, const std::string& text);

/// The same for a result.
[[nodiscard]] std::expected<void, problem> write_result(const std::string& path, const result_record& result);

} // namespace bench
