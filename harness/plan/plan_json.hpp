// A plan as the journal keeps it, so that `--resume` goes on with the very same one.
#pragma once

#include "harness/common/json.hpp"
#include "harness/plan/plan.hpp"

#include <expected>
#include <string>

namespace bench {

/// `shard` of a run in the result schema; null where the whole plan is measured.
[[nodiscard]] json shard_to_json(const run_options& o);

[[nodiscard]] json plan_to_json(const plan& written);

/// Adds its plugins to the registry. Error: what this build lacks. Throws json::exception where the document is
/// not a plan.
[[nodiscard]] std::expected<plan, std::string> plan_from_json(const json& written);

} // namespace bench
