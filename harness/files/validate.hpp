// Whether a result file is what it claims to be (M20, P22).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/result_record.hpp"

#include <expected>
#include <string>
#include <vector>

namespace bench {

/// What is wrong with a parsed document: schema first, then what a schema can't say. Empty when valid.
[[nodiscard]] std::vector<std::string> result_problems(const json& document);

/// Reads and checks. Error: file, place (byte or JSON pointer), what is wrong.
[[nodiscard]] std::expected<json, problem> read_valid_result(const std::string& path);
/// The same as a record.
[[nodiscard]] std::expected<result_record, problem> read_result(const std::string& path);

/// `spargio-bench validate FILE...`. Returns the exit code.
[[nodiscard]] int run_validate(const std::vector<std::string>& paths);

} // namespace bench
