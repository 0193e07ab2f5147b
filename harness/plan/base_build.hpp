// Another build of this program, whose arms are measured in the same blocks as ours (M12): what a change is
// held against. Absolute times drift two- to threefold, so a base that was measured at another time shows
// nothing.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/run_record.hpp"

#include <expected>
#include <optional>
#include <string>

namespace bench {

/// The commands and answers of cells; one more when either changes so that an older build can't follow.
inline constexpr int cell_protocol = 1;

/// What `spargio-bench version` prints: a line of JSON, `tool` of the result schema and the cell protocol.
[[nodiscard]] json version_info();

/// Asks the program at `path` what it is. Error: a sentence with the remedy, where it can't be started, is no
/// spargio-bench, or speaks another cell protocol. Starts a process.
[[nodiscard]] std::expected<base_build_record, problem> find_base_build(const std::string& path);

/// Why the program at `base.path` is no longer the build that it was; nothing where it is. Starts a process.
[[nodiscard]] std::optional<std::string> changed_base(const base_build_record& base);

} // namespace bench
