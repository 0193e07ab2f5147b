#include "harness/files/export.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/names.hpp"
#include "harness/common/output.hpp"
#include "harness/common/output_file.hpp"
#include "harness/common/problem.hpp"
#include "harness/files/validate.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>

#include <vector>

namespace bench {
namespace {

/// Why there is no such case; nothing where there is one, or none is asked for.
std::optional<problem> unknown_case(const result_record& result, const std::string& case_id) {
    if (case_id.empty()) return std::nullopt;
    std::vector<std::string> ids;
    for (const auto& each : result.cases) {
        ids.push_back(each.id);
        if (each.id == case_id) return std::nullopt;
    }
    return problem{problem_code::unknown_name, "", fmt::format("has no case '{}'", case_id),
                   did_you_mean(case_id, ids)};
}

} // namespace

int run_export(const export_request& asked) {
    const auto result = read_result(asked.path);
    if (!result) return complain(result.error());
    if (const auto found = unknown_case(*result, asked.case_id)) return complain(within(asked.path, *found));
    std::string text;
    if (asked.format == "hgrm") {
        auto made = exported_hgrm(*result, asked.case_id);
        if (!made) return complain(within(asked.path, made.error()));
        text = *std::move(made);
    } else {
        text = asked.format == "csv" ? exported_csv(*result, asked.case_id)
                                     : exported_google_benchmark(*result, asked.case_id);
    }
    if (asked.output.empty() || is_standard_output(asked.output)) {
        say_text(text);
        return exit_ok;
    }
    if (const auto found = result_in_the_way(asked.output)) return complain(*found);
    if (auto written = write_file(asked.output, text); !written) {
        written.error().remedy = "name another place with -o";
        return complain(written.error());
    }
    return exit_ok;
}

} // namespace bench
