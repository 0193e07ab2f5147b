#include "harness/plan/base_build.hpp"

#include "harness/common/text.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include <unistd.h>

namespace bench {
namespace {

/// What a command prints on its standard output; nothing when it fails. Its messages are nobody's.
std::optional<std::string> output_of(const std::string& command) {
    const auto close = [](std::FILE* from) { ::pclose(from); };
    std::unique_ptr<std::FILE, decltype(close)> from(
        ::popen((command + " </dev/null 2>/dev/null").c_str(), "re"), close);
    if (!from) return std::nullopt;
    std::string text;
    char piece[512];
    while (const auto count = std::fread(piece, 1, sizeof piece, from.get())) text.append(piece, count);
    return ::pclose(from.release()) == 0 ? std::optional(text) : std::nullopt;
}

} // namespace

json version_info() {
    json info = tool_info();
    info["cell_protocol"] = cell_protocol;
    return info;
}

std::expected<base_build, std::string> find_base_build(const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::canonical(path, error).string();
    if (error || ::access(whole.c_str(), X_OK) != 0 || std::filesystem::is_directory(whole, error))
        return std::unexpected(fmt::format(
            "--baseline {}: no program; name the spargio-bench of another build (.ci/base-build REV "
            "builds that of a git revision aside and prints its path)",
            path));
    const auto said = output_of(shell_quoted(whole) + " version");
    auto tool = json::parse(said.value_or(""), nullptr, false);
    if (!tool.is_object() || tool.value("name", "") != "spargio-bench")
        return std::unexpected(fmt::format(
            "--baseline {}: is no spargio-bench that can be a base: `{} version` says nothing that is "
            "understood; builds from before this command can't be measured beside this one",
            path, path));
    if (tool.value("cell_protocol", 0) != cell_protocol)
        return std::unexpected(fmt::format("--baseline {}: its cells speak protocol {}, this build speaks {}; "
                                           "take a base that is less far away",
                                           path, tool.value("cell_protocol", 0), cell_protocol));
    tool.erase("cell_protocol");
    return base_build{whole, std::move(tool)};
}

std::optional<std::string> changed_base(const base_build& base) {
    const auto now = find_base_build(base.path);
    if (!now) return now.error();
    for (const char* key : {"version", "git_revision", "git_dirty", "compiler", "compiler_flags", "build_type"})
        if (now->tool.value(key, json()) != base.tool.value(key, json()))
            return fmt::format("the base build {} has {} {}, it had {} when the run began", base.path, key,
                               now->tool.value(key, json()).dump(), base.tool.value(key, json()).dump());
    return std::nullopt;
}

} // namespace bench
