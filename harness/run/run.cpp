#include "harness/run/run.hpp"

#include "harness/common/output.hpp"
#include "harness/common/output_file.hpp"
#include "harness/common/problem.hpp"
#include "harness/common/text.hpp"
#include "harness/machine/environment.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/json/result.hpp"
#include "harness/run/measured_files.hpp"
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
    if (is_standard_output(stored.path)) return; // where the result is, nothing else may be
    if (output.json_on_stdout)
        say("{}\n", one_line(to_json(ended.result)));
    else if (!output.quiet)
        say_text(summarize(ended.result, ended.costs, output.verbose));
    if (output.preview_ratios && !output.json_on_stdout) say_text(preview_ratios(ended.result, stored.path));
    if (ended.result.run.cut_by == cut_by_budget)
        note("the budget ended before every case had its blocks: the file is marked as interrupted\n");
    if (!output.json_on_stdout) say("result: {}\n", stored.path);
}

std::optional<std::string> what_cut(plan_measurer::outcome measured) {
    if (measured == plan_measurer::outcome::whole) return std::nullopt;
    return measured == plan_measurer::outcome::interrupted ? cut_by_signal : cut_by_budget;
}

/// Measures what is left of a plan that has begun. Returns the exit code.
int go_on(const plan& planned, const begun_run& begun, run_state& state, const run_output& output) {
    if (!output.quiet) note_remarks(begun.header);
    const auto measured = plan_measurer(planned, output, begun, state).measure();
    const auto cut_by = what_cut(measured);
    auto ended = end_run(begun, ended_run(begun.header.run, cut_by), planned.options, state,
                         cut_by == cut_by_budget ? "the budget ended before a whole block of it; allow more"
                                                 : "the run ended before a whole block of it; use --resume");
    ended.valid = all_cases_valid(state.cases());
    ended.resumable = true;
    const auto stored = store(ended, begun);
    show(ended, stored, output);
    if (ended.interrupted)
        note("interrupted; go on with: spargio-bench run --resume {}\n",
             shell_quoted(journal::output_of(begun.lines->path())));
    return exit_code_of(ended, stored);
}

/// The difference between here and where the journal was begun: its blocks can't be continued elsewhere.
std::optional<std::string> foreign_journal(const journal_header& header) {
    if (const auto found = program_difference(header.tool, this_build()))
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

std::expected<plan, problem> planned_in(const journal_content& content) {
    try {
        auto planned = plan_from_json(content.header.plan);
        if (!planned) return std::unexpected(within(content.path, planned.error()));
        return planned;
    } catch (const json::exception& error) {
        return std::unexpected(damaged_journal(content.path, error));
    }
}

std::expected<plan, problem> resumed_plan(const journal_content& content) {
    auto planned = planned_in(content);
    if (!planned) return planned;
    if (auto found = pin(planned->options.cpus)) return std::unexpected(*std::move(found));
    if (const auto& base = planned->options.base)
        if (const auto reason = changed_base(*base))
            return refused(problem_code::not_resumable, content.path + " can't be resumed", *reason,
                           "measure again");
    if (const auto files = digest_files(*planned); !content.header.files.empty())
        for (const auto& [path, digest] : content.header.files)
            if (std::ranges::find(files, std::pair(path, digest)) == files.end())
                return refused(problem_code::not_resumable, content.path + " can't be resumed",
                               path + " is another file than when the run began", "measure again");
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
    const auto planned = resumed_plan(*content);
    if (!planned) return complain(planned.error());
    run_state state(*planned);
    try {
        replay(content->events(), state);
    } catch (const std::exception& error) {
        return complain(damaged_journal(content->path, error));
    }
    auto opened = journal::reopen(*content);
    if (!opened) return complain(opened.error());
    content->header.run.resumed = true;
    const begun_run begun{
        .path = journal::output_of(content->path), .header = content->header, .lines = std::move(*opened)};
    return go_on(*planned, begun, state, output);
}

} // namespace bench
