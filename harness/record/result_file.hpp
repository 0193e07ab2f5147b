// How a result reaches its name (P21).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/result_record.hpp"

#include <expected>
#include <optional>
#include <string>

namespace bench {

/// The version of results/schema that this build writes.
inline constexpr const char* written_schema_version = "1.4";

/// As write_file: at `path` there is the whole result or what was there before. Error: path and cause.
[[nodiscard]] std::expected<void, problem> write_result(const std::string& path, const result_record& result);

/// Why nothing may be written to `path`: a result is there, and what was measured is not written over. Nothing
/// where there is none.
[[nodiscard]] std::optional<problem> result_in_the_way(const std::string& path);

} // namespace bench
