// Which build of this program measured.
#pragma once

#include "harness/record/field_difference.hpp"
#include "harness/record/other_minor.hpp"

#include <optional>
#include <string>

namespace bench {

/// `tool` of the result schema.
struct tool_record {
    std::string name;
    std::string version;
    std::string git_revision;
    bool git_dirty = false;
    std::string compiler;
    std::string compiler_flags;
    std::string build_type;
    std::optional<std::string> digest = std::nullopt; ///< SHA-256 of the program file; none: not known
    other_minor beyond = {};
};

/// This program. Reads its whole file when it is first asked, which takes a tenth of a second.
[[nodiscard]] tool_record this_build();

/// The first difference between two builds of one source tree; the version alone tells no two of them apart.
[[nodiscard]] std::optional<field_difference> build_difference(const tool_record& one,
                                                               const tool_record& other);
/// The same for programs that must be one and the same file, as blocks of one case are: where both have a
/// digest, it decides whatever else is the same.
[[nodiscard]] std::optional<field_difference> program_difference(const tool_record& one,
                                                                 const tool_record& other);
/// Whether the revision does not say which source it was built from: it has changes, or nobody knows it.
[[nodiscard]] bool is_of_unknown_source(const tool_record& tool);

/// Why times of this build are not those of the program that users have, as "a Debug build"; nothing where they
/// are.
[[nodiscard]] std::optional<std::string> slow_build(const tool_record& tool);

/// The same, with the version looked at first.
[[nodiscard]] std::optional<field_difference> tool_difference(const tool_record& one, const tool_record& other);

} // namespace bench
