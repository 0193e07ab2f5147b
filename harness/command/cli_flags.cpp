#include "harness/command/cli_flags.hpp"

#include "harness/common/text.hpp"

#include <fmt/format.h>

namespace bench {
namespace {

/// An option with the kind of its value and, where there is one, a check.
CLI::Option* valued(CLI::App& app, const char* names, auto& into, const std::string& kind,
                    const std::string& help) {
    return app.add_option(names, into, help)->type_name(kind);
}

/// A whole number from 1 on, whose range stands in the help.
CLI::Option* counted(CLI::App& app, const char* names, auto& into, int most, const std::string& help) {
    return valued(app, names, into, fmt::format("1..{}", most), help)
        ->check(CLI::Range(1, most).description(""));
}

void add_choice_flags(CLI::App& app, run_flags& f) {
    add_plugin_flag(app, f.plugins);
    repeatable(app, "-w,--workload", f.workloads, takes::workload,
               "Workload, or a glob of workloads (repeatable)");
    repeatable(app, "-p,--parameter", f.parameters, "NAME=V1,V2",
               "Values of a parameter of the workloads, one group for each (repeatable)");
}

} // namespace

CLI::Option* repeatable(CLI::App& app, const char* names, std::vector<std::string>& into, const char* kind,
                        const char* help) {
    return app.add_option(names, into, help)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false)
        ->type_name(kind);
}

CLI::Option* chosen(CLI::App& app, const char* names, std::string& into, const std::vector<std::string>& words,
                    const std::string& help) {
    return valued(app, names, into, "{" + join(words, ",") + "}", help)
        ->check(CLI::IsMember(words).description(""));
}

void add_plugin_flag(CLI::App& app, std::vector<std::string>& into) {
    repeatable(app, "--plugin", into, takes::file,
               "Shared library with one more backend, as workloads/backend_c.h describes it (repeatable)");
}

void add_filter_flags(CLI::App& app, run_flags& f) {
    valued(app, "matrix", f.matrix_path, takes::matrix, "Matrix file (TOML), instead of -w and -b");
    add_choice_flags(app, f);
    repeatable(app, "-b,--backend", f.backends, takes::arm, "Arm: name or name,knob=value,... (repeatable)");
    repeatable(app, "-k,--knob", f.knobs, takes::knob,
               "Values of a knob, one arm for each, where the backend has the knob (repeatable)");
    repeatable(app, "-f,--filter", f.filters, "TEXT",
               "Keep the cases whose id contains this, or matches it as a glob (repeatable)");
    repeatable(app, "--exclude", f.excludes, "TEXT",
               "Leave out the cases whose id contains or matches this (repeatable)");
}

void add_measuring_flags(CLI::App& app, run_flags& f, int default_blocks) {
    app.add_flag("--plan", f.plan_only, "Print the plan with an estimate of time; run nothing");
    counted(app, "--blocks", f.blocks, 10'000,
            fmt::format("Blocks of each group: fresh processes, the unit of inference (default: {})",
                        default_blocks));
    counted(app, "--slices", f.slices, 1'000, "Judged slices of each arm in a block (default: 4)");
    counted(app, "--slice-ms", f.slice_ms, 60'000, "Milliseconds that a slice is calibrated to (default: 20)");
    valued(
        app, "--budget", f.budget, "TIME",
        "Measure whole rounds within this time, as 4m or 90s; where it is too short for all cases, the first "
        "of the plan get all their blocks (default: no limit)");
    valued(app, "--timeout", f.timeout, "TIME",
           "Longest wait for one answer of a cell (default: 10s, or 50 slices if that is longer)");
    valued(app, "--quiet-wait", f.quiet_wait, "TIME",
           "Longest wait for a quiet machine before a block; 0: none (default: 2s)");
    valued(app, "--seed", f.seed, "N", "Seed of all orders and messages (default: a new one)");
    valued(app, "--cpus", f.cpus, "CPUS", "CPUs to run on, as 0,2-3 (default: all that are allowed)");
    valued(app, "--baseline", f.baseline, takes::file,
           "spargio-bench of another build, measured in the same blocks: each arm of ours gets its twin "
           "NAME@base");
    valued(app, "--shard", f.shard, "I/N",
           "Only this part of the matrix; N runs, on as many machines, are the whole (see merge)");
    repeatable(app, "--inject", f.injections, "ARM:+5%",
               "Slow one arm down on purpose, to test the judgement (repeatable)");
    valued(app, "-o,--output", f.output, takes::file, "Result file (default: results/local/DATE-ID.json)");
    chosen(app, "--format", f.format, {"table", "json"}, "What to print at the end (default: table)");
    chosen(app, "--color", f.color, {"auto", "always", "never"},
           "Colours of the progress; auto: on a terminal, unless NO_COLOR is set (default: auto)");
    chosen(app, "--progress", f.progress, {"auto", "bar", "plain", "none"},
           "How to show how far the run is; auto: a bar on a terminal, else plain lines (default: auto)");
    auto* quiet = app.add_flag("-q,--quiet", f.quiet, "No table, no progress");
    app.add_flag("-v,--verbose", f.verbose, "Print the plan and every warning")->excludes(quiet);
}

void add_ab_flags(CLI::App& app, run_flags& f) {
    add_choice_flags(app, f);
    valued(app, "--a", f.arm_a, takes::arm, "First arm: the base of the ratio")->required();
    valued(app, "--b", f.arm_b, takes::arm, "Second arm")->required();
}

void add_sweep_flags(CLI::App& app, run_flags& f) {
    add_choice_flags(app, f);
    repeatable(app, "-b,--backend", f.backends, takes::arm,
               "Backend whose knobs are swept; name or name,knob=value,...: it is the baseline");
    repeatable(app, "-k,--knob", f.knobs, takes::knob, "Values of a knob to try (repeatable)");
    chosen(app, "--combine", f.combine, {"ofat", "product", "zip"},
           "How several knobs make points: ofat one at a time, product all with all, zip side by side "
           "(default: ofat)");
    counted(app, "--screen-blocks", f.screen_blocks, 10'000,
            "Blocks of each screening stage (default: 6, the fewest that have an interval)");
}

} // namespace bench
