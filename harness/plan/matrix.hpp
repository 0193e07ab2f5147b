// Reads a matrix: a TOML file that says what a run shall measure (M1).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What the file says; what it doesn't say stays empty, so that flags and defaults can fill it in.
struct matrix {
    std::optional<std::string> title;
    std::optional<std::uint64_t> blocks, slices, slice_ns, timeout_ns, budget_ns, seed;
    std::vector<group_request> groups;
};

/// Error: `file:line:column: what is wrong; what to write instead`.
[[nodiscard]] std::expected<matrix, problem> read_matrix(const std::string& path);

} // namespace bench
