#include "harness/files/validate.hpp"

#include "harness/common/build_info.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/output.hpp"
#include "harness/common/text.hpp"
#include "harness/files/json_schema.hpp"
#include "harness/files/result_references.hpp"
#include "harness/record/json/result.hpp"
#include "harness/record/json/run.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

namespace bench {
namespace {

/// Results go eight deep. Writing a value takes stack for each step.
constexpr std::size_t deepest = 100;

bool is_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (quoted && letter == '\\')
            ++at;
        else if (letter == '"')
            quoted = !quoted;
        else if (!quoted && (letter == '[' || letter == '{')) {
            if (++depth > deepest) return true;
        } else if (!quoted && (letter == ']' || letter == '}'))
            depth -= depth > 0;
    }
    return false;
}

/// Of `1.4`; 0 for what is no such version, the greatest for what 64 bits don't hold.
std::uint64_t minor_of(std::string_view version) {
    if (!version.starts_with("1.")) return 0;
    return whole_number(version.substr(2)).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// Whether a file of that version may have keys that this build does not know.
bool is_of_newer_minor(const json& version) {
    return version.is_string() && minor_of(version.get<std::string>()) > minor_of(written_schema_version);
}

constexpr const char* measure_again = "use the journal beside it with --resume, or measure again";

std::expected<json, problem> parsed(const std::string& path, const std::string& text) {
    try {
        return json::parse(text);
    } catch (const json::parse_error& error) {
        const bool cut = error.byte > text.size();
        const auto place = fmt::format("{}: byte {}", path, error.byte);
        if (cut)
            return refused(problem_code::unreadable_file, place,
                           "the file ends in the middle of a value: it is truncated", measure_again);
        return refused(problem_code::unreadable_file, place,
                       "not strict JSON (result files have no NaN, no comments)");
    } catch (const json::out_of_range&) {
        return refused(problem_code::unreadable_file, path, "holds a number beyond what a result may hold",
                       measure_again);
    }
}

std::expected<json, problem> parse_file(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file && !file.eof())
        return refused(problem_code::unreadable_file, path,
                       fmt::format("cannot read it: {}", std::strerror(errno != 0 ? errno : EIO)));
    if (is_too_deep(text.str()))
        return refused(problem_code::unreadable_file, path,
                       fmt::format("more than {} lists and objects stand in each other", deepest),
                       "no program writes such a result; measure again");
    if (text.view().find_first_not_of(" \t\r\n") == std::string_view::npos)
        return refused(problem_code::unreadable_file, path, "the file is empty", measure_again);
    return parsed(path, text.str());
}

} // namespace

std::vector<std::string> result_problems(const json& document) {
    static const json schema = json::parse(result_schema_text);
    if (!document.is_object() || !document.contains("schema_version"))
        return {"/: is no result of spargio-bench (it has no schema_version)"};
    if (const auto& version = document["schema_version"];
        version.is_string() && !version.get_ref<const std::string&>().starts_with("1."))
        return {fmt::format(
            "/schema_version: this build reads schema 1.x, the file is of {}; use the build that wrote it",
            shown_value(version))};
    const bool newer = is_of_newer_minor(document["schema_version"]);
    auto problems = schema_violations(schema, document, newer ? unknown_keys::ignored : unknown_keys::refused);
    if (problems.empty()) problems = reference_problems(document);
    return problems;
}

std::expected<json, problem> read_valid_result(const std::string& path) {
    auto document = parse_file(path);
    if (!document) return document;
    const auto problems = result_problems(*document);
    if (!problems.empty())
        return refused(problem_code::invalid_result, path, join(problems, "\n  " + path + ": "));
    return document;
}

std::expected<result_record, problem> read_result(const std::string& path) {
    const auto document = read_valid_result(path);
    if (!document) return std::unexpected(document.error());
    try {
        return result_from_json(*document);
    } catch (const std::exception& error) { // the schema leaves the parts of merged files open
        return refused(problem_code::invalid_result, path, error.what());
    }
}

int run_validate(const std::vector<std::string>& paths) {
    int code = exit_ok;
    for (const auto& path : paths) {
        // As every other command reads it, so that what is valid here is taken there.
        const auto document = read_result(path);
        if (document) {
            say("{}: valid, schema {}{}, {} cases, {} blocks, run {}\n", path, document->schema_version,
                is_of_newer_minor(document->schema_version)
                    ? fmt::format(" (newer than {}: what it has more is not looked at)", written_schema_version)
                    : "",
                document->cases.size(), document->blocks.size(), word_of(document->run.status));
        } else {
            code = complain(document.error());
        }
    }
    return code;
}

} // namespace bench
