#include "harness/files/validate.hpp"

#include "harness/common/build_info.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/output.hpp"
#include "harness/common/text.hpp"
#include "harness/files/json_schema.hpp"
#include "harness/record/json/result.hpp"
#include "harness/record/json/run.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

namespace bench {
namespace {

/// What the schema can't say: names that refer to each other, and figures that must be there.
class reference_checker {
public:
    explicit reference_checker(const json& document) : document_(document) {}

    std::vector<std::string> problems() {
        check_cases();
        check_blocks();
        for (const auto& [id, of] : cases_)
            if (of->at("status") == "measured" && !measured_.contains(id))
                problem("/cases",
                        fmt::format("case '{}' is measured, but no kept block has a slice of it", id));
        return std::move(problems_);
    }

private:
    void problem(const std::string& place, const std::string& text) {
        problems_.push_back(place + ": " + text);
    }

    std::set<std::string> names_in(const char* list) const {
        std::set<std::string> names;
        for (const auto& one : document_.at(list)) names.insert(one.at("name").get<std::string>());
        return names;
    }

    void check_cases() {
        const auto backends = names_in("backends");
        const auto workloads = names_in("workloads");
        std::size_t index = 0;
        for (const auto& one : document_.at("cases")) {
            const auto place = fmt::format("/cases/{}", index++);
            const auto id = one.at("id").get<std::string>();
            if (!cases_.emplace(id, &one).second) problem(place, fmt::format("id '{}' stands there twice", id));
            if (id != one.at("group").get<std::string>() + "|" + one.at("arm").get<std::string>())
                problem(place, fmt::format("id '{}' is not its group and arm", id));
            groups_.insert(one.at("group").get<std::string>());
            if (!backends.contains(one.at("backend").get<std::string>()))
                problem(place,
                        fmt::format("backend {} is not described under /backends", one.at("backend").dump()));
            if (!workloads.contains(one.at("workload").get<std::string>()))
                problem(place, fmt::format("workload {} is not described under /workloads",
                                           one.at("workload").dump()));
            if (one.at("status") != "measured" && one.at("reason").is_null())
                problem(place, fmt::format("status is {} without a reason", one.at("status").dump()));
        }
    }

    void check_blocks() {
        std::size_t index = 0;
        for (const auto& block : document_.at("blocks")) {
            const auto place = fmt::format("/blocks/{}", index);
            if (block.at("index") != index) problem(place, "index is not its position");
            if (!groups_.contains(block.at("group").get<std::string>()))
                problem(place, fmt::format("there is no case of group {}", block.at("group").dump()));
            std::size_t number = 0;
            for (const auto& slice : block.at("slices"))
                check_slice(block, slice, fmt::format("{}/slices/{}", place, number++));
            ++index;
        }
    }

    void check_slice(const json& block, const json& slice, const std::string& place) {
        const auto at = cases_.find(slice.at("case").get<std::string>());
        if (at == cases_.end())
            return problem(place, fmt::format("there is no case {}", slice.at("case").dump()));
        if (at->second->at("group") != block.at("group"))
            problem(place, "is a slice of another group than its block");
        if (slice.at("operations") == 0) problem(place, "has no operations");
        if (slice.at("wall_ns") == 0) problem(place, "took no time");
        if (!block.at("dropped").get<bool>()) measured_.insert(at->first);
    }

    const json& document_;
    std::map<std::string, const json*> cases_;
    std::set<std::string> groups_, measured_;
    std::vector<std::string> problems_;
};

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

/// Whether the file may have keys that this build does not know.
bool is_of_newer_minor(const json& document) {
    const auto at = document.find("schema_version");
    return at != document.end() && at->is_string() &&
           minor_of(at->get<std::string>()) > minor_of(written_schema_version);
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
    try {
        return json::parse(text.str());
    } catch (const json::parse_error& error) {
        const bool cut = error.byte > text.str().size();
        const auto place = fmt::format("{}: byte {}", path, error.byte);
        if (cut)
            return refused(problem_code::unreadable_file, place,
                           "the file ends in the middle of a value: it is truncated",
                           "use the journal beside it with --resume, or measure again");
        return refused(problem_code::unreadable_file, place,
                       "not strict JSON (result files have no NaN, no comments)");
    }
}

} // namespace

std::vector<std::string> result_problems(const json& document) {
    static const json schema = json::parse(result_schema_text);
    if (document.is_object() && document.contains("schema_version") && document["schema_version"].is_string()) {
        const auto version = document["schema_version"].get<std::string>();
        if (!version.starts_with("1."))
            return {fmt::format(
                "/schema_version: this build reads schema 1.x, the file is of {}; use the build that "
                "wrote it",
                version)};
    }
    const bool newer = document.is_object() && is_of_newer_minor(document);
    auto problems = schema_violations(schema, document, newer ? unknown_keys::ignored : unknown_keys::refused);
    if (problems.empty()) problems = reference_checker(document).problems();
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
                minor_of(document->schema_version) > minor_of(written_schema_version)
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
