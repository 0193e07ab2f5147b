#include "harness/plan/base_build.hpp"

#include "harness/common/file_digest.hpp"
#include "harness/common/text.hpp"
#include "harness/record/json/run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include <unistd.h>

namespace bench {
namespace {

/// What a command prints on its standard output; nothing when it fails. Its messages are dropped.
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

std::unexpected<problem> not_understood(const std::string& path) {
    return refused(
        problem_code::bad_base_build, "--baseline " + path,
        fmt::format("is no spargio-bench that can be a base: `{} version` says nothing that is understood",
                    path),
        "builds from before this command can't be measured beside this one");
}

} // namespace

json version_info() {
    json info = to_json(this_build());
    info["cell_protocol"] = cell_protocol;
    return info;
}

std::expected<base_build_record, problem> find_base_build(const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::canonical(path, error).string();
    if (error || ::access(whole.c_str(), X_OK) != 0 || std::filesystem::is_directory(whole, error))
        return refused(problem_code::bad_base_build, "--baseline " + path, "no program",
                       "name the spargio-bench of another build (.ci/base-build REV builds that of a git "
                       "revision aside and prints its path)");
    const auto said = output_of(shell_quoted(whole) + " version");
    auto info = json::parse(said.value_or(""), nullptr, false);
    if (!info.is_object() || info.value("name", "") != "spargio-bench") return not_understood(path);
    if (info.value("cell_protocol", 0) != cell_protocol)
        return refused(problem_code::bad_base_build, "--baseline " + path,
                       fmt::format("its cells speak protocol {}, this build speaks {}",
                                   info.value("cell_protocol", 0), cell_protocol),
                       "take a base that is less far away");
    info.erase("cell_protocol");
    try {
        base_build_record base{whole, tool_from_json(info)};
        if (!base.tool.digest) base.tool.digest = file_digest(whole); // a build from before there was one
        return base;
    } catch (const json::exception&) {
        return not_understood(path);
    }
}

std::optional<std::string> changed_base(const base_build_record& base) {
    const auto now = find_base_build(base.path);
    if (!now) return now.error().message();
    auto found = tool_difference(now->tool, base.tool);
    if (!found) found = program_difference(now->tool, base.tool);
    if (found)
        return fmt::format("the base build {} has {} {}, it had {} when the run began", base.path, found->key,
                           found->one, found->other);
    return std::nullopt;
}

} // namespace bench
