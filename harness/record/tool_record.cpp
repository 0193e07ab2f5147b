#include "harness/record/tool_record.hpp"

#include "harness/common/build_info.hpp"

namespace bench {
tool_record this_build() {
    return {.name = "spargio-bench",
            .version = tool_version,
            .git_revision = git_revision,
            .git_dirty = git_dirty,
            .compiler = compiler,
            .compiler_flags = compiler_flags,
            .build_type = build_type};
}

std::optional<field_difference> build_difference(const tool_record& one, const tool_record& other) {
    if (auto found = compare_field("git_revision", one.git_revision, other.git_revision)) return found;
    if (auto found = compare_field("git_dirty", one.git_dirty, other.git_dirty)) return found;
    if (auto found = compare_field("compiler", one.compiler, other.compiler)) return found;
    if (auto found = compare_field("compiler_flags", one.compiler_flags, other.compiler_flags)) return found;
    return compare_field("build_type", one.build_type, other.build_type);
}

std::optional<field_difference> tool_difference(const tool_record& one, const tool_record& other) {
    if (auto found = compare_field("version", one.version, other.version)) return found;
    return build_difference(one, other);
}

} // namespace bench
