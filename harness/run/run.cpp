#include "harness/run/run.hpp"

#include "harness/common/problem.hpp"
#include "harness/common/text.hpp"
#include "harness/machine/environment.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/json/result.hpp"
#include "harness/run/plan_measurer.hpp"
#include "harness/run/run_begin.hpp"
#include "harness/run/run_end.hpp"
#include "harness/show/ab_preview.hpp"
#include "harness/show/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

constexpr const char* cut_block = "the run was interrupted in the middle of it";

/// Whether every case of the plan has an honest end: measured, or refused with a reason.
bool all_cases_valid(const std::vector<case_state>& cases) {
    const auto unfinished = [](const case_state& each) {
        return each.failed() || each.status == case_status::not_run;
    };
    return std::ranges::none_of(cases, unfinished) && std::ranges::any_of(cases, [](const case_state& each) {
               return each.status == case_status::measured;
           });
}

void show(const run_end& ended, const stored_result& stored, const run_output& output) {
    if (output.json_on_stdout)
        fmt::print("{}\n", one_line(to_json(ended.result)));
    else if (!output.quiet)
        fmt::print("{}", summarize(ended.result, ended.costs, output.verbose));
    if (output.preview_ratios && !output.json_on_stdout)
        fmt::print("{}", preview_ratios(ended.result, stored.path));
    if (ended.interrupted)
        fmt::print(stderr, "interrupted; go on with: spargio-bench run --resume {}\n",
                   shell_quoted(stored.path));
    if (!output.json_on_stdout) fmt::print("result: {}\n", stored.path);
}

/// Measures what is left of a plan that has begun. Returns the exit code.
int go_on(const plan& planned, const begun_run& begun, run_state& state, const run_output& output) {
    const bool whole = plan_measurer(planned, output, *begun.lines, state).measure();
    auto ended = end_run(begun, ended_run(begun.header.run, !whole), planned.options, state,
                         "the run ended before a whole block of it; use --resume");
    ended.valid = all_cases_valid(state.cases());
    ended.resumable = true;
    const auto stored = store(ended, begun);
    show(ended, stored, output);
    return exit_code_of(ended, stored);
}

/// The difference between here and where the journal was begun: its blocks can't be continued elsewhere.
std::optional<std::string> foreign_journal(const journal_header& header) {
    if (const auto found = build_difference(header.tool, this_build()))
        return fmt::format("it was begun by a build with {} {}, this one has {}", found->key, found->one,
                           found->other);
    if (const auto found = machine_difference(header.environment, read_environment()))
        return fmt::format("it was begun on a machine with {} {}, this one has {}", found->key, found->one,
                           found->other);
    return std::nullopt;
}

/// Why the journal can't be gone on with; nothing where it can.
std::optional<problem> not_resumable(const journal_content& content) {
    if (content.header.sweep)
        return problem{problem_code::not_resumable, "",
                       content.path + " is of a sweep, which can't be resumed: what a stage measures hangs on "
                                      "the stages before it",
                       "delete it and start the sweep again"};
    if (const auto reason = foreign_journal(content.header))
        return problem{problem_code::not_resumable, content.path + " can't be resumed here", *reason,
                       "measure again"};
    return std::nullopt;
}

/// Takes in the events of a journal. A block that was cut in the middle stays in the file as dropped.
void replay(const std::vector<run_event>& events, run_state& state) {
    for (const auto& event : events) {
        if (std::holds_alternative<block_begun>(event)) state.abandon_open_block(cut_block);
        state.apply(event);
    }
    state.abandon_open_block(cut_block);
}

std::expected<plan, problem> resumed_plan(const journal_content& content) {
    auto planned = plan_from_json(content.header.plan);
    if (!planned) return std::unexpected(within(content.path, planned.error()));
    if (auto found = pin(planned->options.cpus)) return std::unexpected(*std::move(found));
    if (const auto& base = planned->options.base)
        if (const auto reason = changed_base(*base))
            return refused(problem_code::not_resumable, content.path + " can't be resumed", *reason,
                           "measure again");
    return planned;
}

} // namespace

int run_plan(const plan& planned, const run_output& output) {
    const auto begun = begin_run(planned, output);
    if (!begun) return complain(begun.error());
    run_state state(planned);
    return go_on(planned, *begun, state, output);
}

int resume_run(const std::string& path, const run_output& output) {
    auto content = read_journal(path);
    if (!content) return complain(content.error());
    if (const auto found = not_resumable(*content)) return complain(*found);
    try {
        const auto planned = resumed_plan(*content);
        if (!planned) return complain(planned.error());
        auto opened = journal::reopen(content->path, content->whole_bytes);
        if (!opened) return complain(opened.error());
        content->header.run.resumed = true;
        const auto suffix = journal::path_for("").size();
        const begun_run begun{.path = content->path.substr(0, content->path.size() - suffix),
                              .header = content->header,
                              .lines = std::move(*opened)};
        run_state state(*planned);
        replay(content->events(), state);
        return go_on(*planned, begun, state, output);
    } catch (const std::exception& error) {
        return complain(damaged_journal(content->path, error));
    }
}

} // namespace bench
