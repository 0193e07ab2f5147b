// One part of a plan that several machines measure (M24): `--shard i/n`. A shard of the runtime is another
// thing.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// Reads `2/4`: the second of four. Error: a sentence that shows the form.
[[nodiscard]] std::expected<plan_part, problem> parse_plan_part(std::string_view text);

/// What the parts of one matrix have in common: groups with their arms, blocks, slices; not the seed, nor the
/// CPUs. The same whatever the order of the groups; of the whole plan.
[[nodiscard]] std::string plan_digest(const plan& whole);

/// Leaves the groups of one part. Whole groups, because arms are compared within them; each in exactly one
/// part, whatever the order of the matrix; the longest first, each to the part that has the least to do.
/// Error: when the plan has fewer groups than parts.
[[nodiscard]] std::optional<problem> keep_part(plan& whole, plan_part kept);

} // namespace bench
