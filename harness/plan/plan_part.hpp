// One part of a plan that several machines measure (M24): `--shard i/n`.
#pragma once

#include "harness/plan/plan.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// Reads `2/4`: the second of four. Error: a sentence that shows the form.
[[nodiscard]] std::expected<shard_of, std::string> parse_shard(std::string_view text);

/// What the shards of one matrix have in common: groups with their arms, blocks, slices; not the seed, nor the
/// CPUs. The same whatever the order of the groups; of the whole plan.
[[nodiscard]] std::string plan_digest(const plan& whole);

/// Leaves the groups of one shard. Whole groups, because arms are compared within them; each in exactly one
/// shard, whatever the order of the matrix; the longest first, each to the shard that has the least to do.
/// Error: when the plan has fewer groups than shards.
[[nodiscard]] std::optional<std::string> keep_shard(plan& of, shard_of which);

} // namespace bench
