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
    other_minor beyond = {};
};

/// This program.
[[nodiscard]] tool_record this_build();

/// The first difference between two builds of one source tree; the version alone tells no two of them apart.
[[nodiscard]] std::optional<field_difference> build_difference(const tool_record& one,
                                                               const tool_record& other);
/// The same, with the version looked at first.
[[nodiscard]] std::optional<field_difference> tool_difference(const tool_record& one, const tool_record& other);

} // namespace bench
