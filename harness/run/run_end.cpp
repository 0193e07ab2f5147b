#include "harness/run/run_end.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/problem.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/record/result_file.hpp"
#include "harness/run/run_result.hpp"

#include <fmt/format.h>

#include <utility>

namespace bench {
run_record ended_run(const run_record& begun, const std::optional<std::string>& cut_by) {
    auto ended = begun;
    ended.status = cut_by ? run_status::interrupted : run_status::complete;
    ended.cut_by = cut_by;
    ended.finished_unix_ns = unix_now_ns();
    return ended;
}

run_end end_run(const begun_run& begun, const run_record& ended, const run_options& options,
                const run_state& state, const std::string& not_run_reason) {
    auto result = make_result(begun.header, ended, options, state, not_run_reason);
    const auto costs = overhead_of(result);
    result.warnings = make_warnings(result, costs, pauses_of(state));
    return {.result = std::move(result),
            .costs = costs,
            .interrupted = ended.cut_by == cut_by_signal,
            .valid = false,
            .resumable = false};
}

stored_result store(const run_end& ended, const begun_run& begun) {
    const auto written = write_result(begun.path, ended.result);
    if (written) {
        if (!ended.interrupted || !ended.resumable) begun.lines->remove();
        return {.path = begun.path, .exit_code = exit_ok};
    }
    const auto fallback = path_aside(ended.result.run.id);
    const auto rescued = write_result(fallback, ended.result);
    auto found = written.error();
    found.remedy = rescued ? "the result is in " + fallback + " instead, move it where there is room"
                           : rescued.error().message() + ", and the journal " + begun.lines->path() +
                                 " holds what could be written; make room and --resume it";
    return {.path = rescued ? fallback : begun.path, .exit_code = complain(found)};
}

int exit_code_of(const run_end& ended, const stored_result& stored) {
    if (ended.interrupted) return exit_interrupted;
    if (stored.exit_code != exit_ok) return stored.exit_code;
    return ended.valid ? exit_ok : exit_invalid;
}

} // namespace bench
