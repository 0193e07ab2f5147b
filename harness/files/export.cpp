#include "harness/files/export.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/names.hpp"
#include "harness/files/validate.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace bench {
namespace {

int fail(int code, const std::string& path, const std::string& what) {
    fmt::print(stderr, "spargio-bench: {}: {}\n", path, what);
    return code;
}

/// Why there is no such case; empty where there is one, or none is asked for.
std::string unknown_case(const json& document, const std::string& case_id) {
    if (case_id.empty()) return {};
    std::vector<std::string> ids;
    for (const json& one : document.at("cases")) {
        ids.push_back(one.at("id").get<std::string>());
        if (ids.back() == case_id) return {};
    }
    return fmt::format("has no case '{}'; {}", case_id, did_you_mean(case_id, ids));
}

} // namespace

int run_export(const export_request& asked) {
    const auto document = read_valid_result(asked.path);
    if (!document) {
        fmt::print(stderr, "spargio-bench: {}\n", document.error());
        return exit_invalid;
    }
    if (const auto problem = unknown_case(*document, asked.case_id); !problem.empty())
        return fail(exit_usage, asked.path, problem);
    std::string text;
    if (asked.format == "hgrm") {
        auto made = exported_hgrm(*document, asked.case_id);
        if (!made) return fail(exit_usage, asked.path, made.error());
        text = *std::move(made);
    } else {
        text = asked.format == "csv" ? exported_csv(*document, asked.case_id)
                                     : exported_google_benchmark(*document, asked.case_id);
    }
    if (asked.output.empty()) {
        if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
            return exit_ok;
        if (errno == EPIPE) return exit_ok; // who reads has had enough, as `| head` has
        return fail(exit_invalid, "standard output", std::strerror(errno));
    }
    if (const auto written = write_whole(asked.output, text); !written) {
        fmt::print(stderr, "spargio-bench: {}; name another place with -o\n", written.error());
        return exit_invalid;
    }
    return exit_ok;
}

} // namespace bench
