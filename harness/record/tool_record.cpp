#include "harness/record/tool_record.hpp"

#include "harness/common/build_info.hpp"
#include "harness/common/file_digest.hpp"

namespace bench {

tool_record this_build() {
    // The file that runs, also where another one has its name by now.
    static const auto digest = file_digest("/proc/self/exe");
    return {.name = "spargio-bench",
            .version = tool_version,
            .git_revision = git_revision,
            .git_dirty = git_dirty,
            .compiler = compiler,
            .compiler_flags = compiler_flags,
            .build_type = build_type,
            .digest = digest};
}

std::optional<field_difference> build_difference(const tool_record& one, const tool_record& other) {
    if (auto found = compare_field("git_revision", one.git_revision, other.git_revision)) return found;
    if (auto found = compare_field("git_dirty", one.git_dirty, other.git_dirty)) return found;
    if (auto found = compare_field("compiler", one.compiler, other.compiler)) return found;
    if (auto found = compare_field("compiler_flags", one.compiler_flags, other.compiler_flags)) return found;
    return compare_field("build_type", one.build_type, other.build_type);
}

std::optional<field_difference> program_difference(const tool_record& one, const tool_record& other) {
    if (auto found = build_difference(one, other)) return found;
    if (!one.digest || !other.digest) return std::nullopt;
    return compare_field("digest", *one.digest, *other.digest);
}

bool is_of_unknown_source(const tool_record& tool) { return tool.git_dirty || tool.git_revision == "unknown"; }

std::optional<std::string> slow_build(const tool_record& tool) {
    if (tool.compiler_flags.contains("-fsanitize")) return "a build with a sanitizer";
    if (tool.build_type == "Debug") return "a Debug build";
    const auto at = tool.compiler_flags.rfind("-O"); // the last one counts
    if (at == std::string::npos || tool.compiler_flags.compare(at, 3, "-O0") == 0)
        return "a build without optimization";
    return std::nullopt;
}

std::optional<field_difference> tool_difference(const tool_record& one, const tool_record& other) {
    if (auto found = compare_field("version", one.version, other.version)) return found;
    return build_difference(one, other);
}

} // namespace bench
