// Measures a sweep: stage after stage, each a group of its own with blocks of its own.
#include "harness/common/output.hpp"
#include "harness/common/output_file.hpp"
#include "harness/common/text.hpp"
#include "harness/record/json/result.hpp"
#include "harness/record/json/sweep.hpp"
#include "harness/run/run_begin.hpp"
#include "harness/run/run_end.hpp"
#include "harness/run/sweep.hpp"
#include "harness/run/sweep_measurer.hpp"
#include "harness/show/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

std::string ranking_text(const sweep_plan& planned, const std::vector<stage_record>& stages) {
    std::string text;
    std::size_t width = 0;
    for (const auto& point : planned.points) width = std::max(width, point.label().size());
    for (const auto& stage : stages) {
        text += fmt::format("{} ({}), {} / {}, median of the blocks:\n", word_of(stage.kind), stage.group,
                            "point", planned.baseline.label());
        for (const auto& point : stage.points)
            text +=
                fmt::format("  {:<{}}  {}  {} blocks{}\n", point.arm, width,
                            point.median_ratio ? fmt::format("{:.3f}x", *point.median_ratio) : "no figure",
                            point.blocks, stage.kind == stage_kind::screening && point.kept ? "  goes on" : "");
    }
    return text;
}

sweep_record record_of(const sweep_plan& planned, std::vector<stage_record> stages,
                       std::optional<std::string> winner) {
    sweep_record made{.baseline = planned.baseline.label(),
                      .combine = name_of(planned.combined),
                      .knobs = {},
                      .left_out = planned.left_out,
                      .contradictory = planned.contradictory,
                      .stages = std::move(stages),
                      .winner = std::move(winner)};
    for (const auto& knob : planned.knobs) made.knobs.push_back({knob.name, knob.values});
    return made;
}

void show(const run_end& ended, const stored_result& stored, const sweep_plan& planned,
          const run_output& output) {
    if (is_standard_output(stored.path)) return; // where the result is, nothing else may be
    if (output.json_on_stdout) {
        say("{}\n", one_line(to_json(ended.result)));
        return;
    }
    const auto& sweep = ended.result.run.sweep.value();
    if (!output.quiet)
        say("{}{}", ranking_text(planned, sweep.stages),
            output.verbose ? summarize(ended.result, ended.costs, true) : "");
    for (const auto& each : ended.result.cases)
        if (is_failure(each.status))
            note("{}: {}: {}\n", each.id, word_of(each.status), each.reason.value_or(""));
    if (ended.interrupted) note("interrupted; a sweep can't be resumed, start it again\n");
    if (!ended.interrupted && !sweep.winner)
        note("there is no winner: the baseline or every point has no figure\n");
    if (sweep.winner && !ended.interrupted && !output.quiet)
        say("whether {} is better, with the interval: spargio-report compare {}\n", *sweep.winner,
            shell_quoted(stored.path));
    say("result: {}\n", stored.path);
}

} // namespace

int run_sweep(const sweep_plan& planned, const run_output& output) {
    plan stages{.options = planned.options, .groups = {}};
    stages.groups.reserve(planned.screening_sizes().size() + 1);
    // Its journal is for a reader alone, so the plan in it is the first stage, which has every arm.
    const auto begun =
        begin_run({.options = planned.options, .groups = {planned.screening(1, planned.points)}}, output, true);
    if (!begun) return complain(begun.error());
    run_state state(stages);
    if (!output.quiet) note_remarks(begun->header);
    sweep_measurer measurer(planned, stages, output, *begun, state);
    const bool whole = measurer.measure();
    auto run = ended_run(begun->header.run, whole ? std::nullopt : std::optional<std::string>(cut_by_signal));
    run.sweep = record_of(planned, measurer.stages(), measurer.winner());
    auto ended = end_run(*begun, run, planned.options, state, "the sweep ended before a whole block of it");
    const auto failed = [](const case_state& each) { return each.failed(); };
    ended.valid = measurer.winner() && std::ranges::none_of(state.cases(), failed);
    const auto stored = store(ended, *begun);
    show(ended, stored, planned, output);
    return exit_code_of(ended, stored);
}

} // namespace bench
