// A plan as the journal keeps it, so that `--resume` goes on with the very same one.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"

#include <expected>
#include <optional>
#include <string>

namespace bench {

/// Which part of its plan a run measures; none where it is the whole plan.
[[nodiscard]] std::optional<plan_part_record> part_of(const run_options& options);

[[nodiscard]] json plan_to_json(const plan& written);

/// Adds its plugins to the registry. Error: what this build lacks. Throws json::exception where the document is
/// not a plan.
[[nodiscard]] std::expected<plan, problem> plan_from_json(const json& written);

} // namespace bench
