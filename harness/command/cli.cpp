#include "harness/command/cli.hpp"

#include "harness/command/cli_flags.hpp"
#include "harness/command/cli_values.hpp"
#include "harness/command/cli_words.hpp"
#include "harness/command/completion.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/names.hpp"
#include "harness/common/random.hpp"
#include "harness/common/text.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/plan/matrix.hpp"
#include "harness/plan/plan_part.hpp"
#include "harness/plan/plugins.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

namespace bench {
namespace {

constexpr const char* footer = "`spargio-bench COMMAND --help` shows the flags of a command, and examples.\n"
                               "Exit codes: 0 measured; 2 wrong flag, matrix or filter, or the run can't "
                               "begin; 4 a case is missing, crashed,\n"
                               "wrong or timed out, a file is invalid, or a file or the output could not be "
                               "written; 130 interrupted (the\n"
                               "file holds what was measured).";

/// Blocks where none are asked for: a look at many cases, or a pair that is to be told apart.
constexpr int run_blocks = 10;
constexpr int pair_blocks = 20;

group_request request_from_flags(const run_flags& f, const std::string& workload) {
    group_request made{.workload = workload,
                       .parameters = {},
                       .arms = f.backends,
                       .knobs = {},
                       .place = "the command line",
                       .skip_undeclared = f.workloads.size() != 1 || workload.contains('*')};
    for (const auto& text : f.parameters) made.parameters.push_back(parse_values(text, "-p"));
    for (const auto& text : f.knobs) made.knobs.push_back(parse_values(text, "-k"));
    return made;
}

matrix load_matrix(const run_flags& f) {
    if (!f.matrix_path.empty()) {
        if (!f.workloads.empty() || !f.backends.empty() || !f.parameters.empty() || !f.knobs.empty())
            throw usage_error{
                "a matrix file says itself what to measure; choose from it with -f and --exclude, not "
                "with -w, -b, -p or -k"};
        auto read = read_matrix(f.matrix_path);
        if (!read) throw usage_error{read.error()};
        return *read;
    }
    matrix made;
    if (f.workloads.empty()) made.groups.push_back(request_from_flags(f, "*"));
    for (const auto& name : f.workloads) made.groups.push_back(request_from_flags(f, name));
    return made;
}

/// The journal and the result are JSON, and a run is gone on with by the names that stand there.
void insist_on_utf_8(const char* flag, const std::string& path) {
    if (!is_utf_8(path))
        throw usage_error{problem{problem_code::bad_value, flag,
                                  "the name of that file is not UTF-8, as a result wants it",
                                  "rename it, or make a link to it"}};
}

/// Flags win over the matrix, the matrix over the defaults.
run_request make_request(const run_flags& f, std::uint64_t default_blocks) {
    run_request made;
    auto& o = made.options;
    for (const auto& path : f.plugins) {
        insist_on_utf_8("--plugin", path);
        std::error_code error; // absolute, because a journal may be resumed from elsewhere
        o.plugins.push_back(std::filesystem::absolute(path, error).lexically_normal().string());
    }
    // First of all: a matrix names their backends, and is refused where there is none of a name.
    if (auto found = add_plugins(o.plugins)) throw usage_error{*std::move(found)};
    auto from = load_matrix(f);
    o.title = from.title;
    o.blocks = f.blocks ? *f.blocks : from.blocks.value_or(default_blocks);
    o.slices = f.slices ? *f.slices : from.slices.value_or(o.slices);
    o.slice_ns = f.slice_ms ? *f.slice_ms * 1'000'000 : from.slice_ns.value_or(o.slice_ns);
    const auto seed = seed_flag(f.seed);
    o.seed = seed ? *seed : from.seed ? *from.seed : fresh_seed();
    const auto budget = duration_flag("--budget", f.budget);
    o.budget_ns = budget ? budget : from.budget_ns;
    const auto timeout = duration_flag("--timeout", f.timeout);
    o.timeout_ns = timeout ? *timeout : from.timeout_ns.value_or(std::max(o.timeout_ns, 50 * o.slice_ns));
    if (f.quiet_wait == "0")
        o.quiet_limit_ns = 0;
    else
        o.quiet_limit_ns = duration_flag("--quiet-wait", f.quiet_wait).value_or(o.quiet_limit_ns);
    if (!f.cpus.empty()) {
        auto cpus = parse_cpu_list(f.cpus);
        if (!cpus) throw usage_error{within("--cpus", cpus.error())};
        o.cpus = std::move(*cpus);
    }
    if (!f.shard.empty()) {
        const auto part = parse_plan_part(f.shard);
        if (!part) throw usage_error{part.error()};
        o.part = *part;
    }
    if (!f.baseline.empty()) {
        insist_on_utf_8("--baseline", f.baseline);
        auto base = find_base_build(f.baseline);
        if (!base) throw usage_error{base.error()};
        o.base = std::move(*base);
    }
    made.groups = std::move(from.groups);
    made.filters = f.filters;
    made.excludes = f.excludes;
    for (const auto& text : f.injections) made.injections.push_back(parse_injection(text));
    return made;
}

run_output make_output(const run_flags& f, int count, const char* const* arguments) {
    run_output made;
    made.path = f.output;
    made.arguments.assign(arguments + 1, arguments + count);
    made.quiet = f.quiet;
    made.verbose = f.verbose;
    made.json_on_stdout = f.format == "json";
    made.style = f.quiet                 ? progress_style::none
                 : f.progress == "bar"   ? progress_style::bar
                 : f.progress == "plain" ? progress_style::plain
                 : f.progress == "none"  ? progress_style::none
                                         : automatic_progress_style();
    made.color = f.color == "auto" ? automatic_color() : f.color == "always";
    return made;
}

class command_line {
public:
    command_line() {
        app_.require_subcommand(1);
        // The last one wins, so that a script's flags can be overruled by appending.
        for (auto* sub : {list_, run_, ab_, sweep_, serve_})
            sub->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        app_.footer(footer);
        chosen(*list_, "what", list_what_, {"workloads", "backends", "knobs", "cases"},
               "What to show (default: workloads and backends)");
        list_->add_flag("--names", list_names_, "Nothing but the names, one a line");
        add_filter_flags(*list_, flags_);
        add_plugin_flag(*doctor_, flags_.plugins);
        add_filter_flags(*run_, flags_);
        add_measuring_flags(*run_, flags_, run_blocks);
        run_->add_option("--resume", flags_.resume,
                         "Go on with the unfinished run of this result file or journal")
            ->type_name(takes::file);
        add_ab_flags(*ab_, flags_);
        add_measuring_flags(*ab_, flags_, pair_blocks);
        add_sweep_flags(*sweep_, flags_);
        add_measuring_flags(*sweep_, flags_, pair_blocks);
        add_filter_flags(*serve_, flags_);
        add_file_flags();
        chosen(*completion_, "shell", shell_, {"bash", "zsh", "fish"}, "Whose form it is to have")->required();
        completion_->footer("For bash: source <(spargio-bench completion bash), in ~/.bashrc. For zsh the same "
                            "after compinit, in ~/.zshrc.\nFor fish: spargio-bench completion fish | source.");
        add_cell_flags();
        add_examples(app_);
    }

    command parse(int count, const char* const* arguments) {
        const std::string_view first = count > 1 ? arguments[1] : "";
        if (first == "--version") return version_command{};
        if (first == "help") throw CLI::CallForHelp();
        check_command_name(first);
        app_.parse(count, arguments);
        if (*list_) return list_command{list_what_, list_names_, make_request(flags_, run_blocks)};
        if (*serve_) return server_command{make_request(flags_, run_blocks)};
        if (*doctor_) return doctor_command{flags_.plugins};
        if (*repro_) return repro_of_;
        if (*validate_) return validate_of_;
        if (*export_) return export_of_;
        if (*merge_) return merge_of_;
        if (*cell_) return cell_of_;
        if (*sweep_) return sweep(count, arguments);
        if (*completion_) return completion_command{completion_script(shell_, completed_commands(app_))};
        if (*version_) return version_command{};
        return *ab_ ? ab(count, arguments) : run(count, arguments);
    }

    int explain(const CLI::ParseError& error, const std::string& command, std::string& text) {
        std::ostringstream out, unused;
        if (app_.exit(error, out, unused) == 0) {
            text = out.str();
            return exit_ok;
        }
        text = "spargio-bench: " + complaint(app_, error, command);
        return exit_usage;
    }

private:
    void check_command_name(std::string_view first) const {
        std::vector<std::string> names;
        for (const auto& shown : completed_commands(app_)) names.push_back(shown.name);
        if (first.empty() || first.starts_with('-') || first == "cell" ||
            std::ranges::find(names, first) != names.end())
            return;
        throw usage_error{fmt::format("there is no command '{}'; {} (--help shows them all)", first,
                                      did_you_mean(first, names))};
    }

    void add_file_flags() {
        repro_->add_option("case", repro_of_.case_id, "Case id, as in the file or the table")
            ->type_name("CASE")
            ->required();
        repro_->add_option("file", repro_of_.path, "Result file")->type_name(takes::file)->required();
        repeatable(*validate_, "file", validate_of_.paths, takes::file, "Result files")
            ->allow_extra_args()
            ->required();
        export_->add_option("file", export_of_.path, "Result file")->type_name(takes::file)->required();
        chosen(*export_, "--format", export_of_.format, {"gbench", "csv", "hgrm"},
               "gbench: JSON of Google Benchmark, for its compare.py; csv: a row a slice; hgrm: percentiles of "
               "one case, for HdrHistogram's plotter")
            ->required();
        export_->add_option("--case", export_of_.case_id, "Only this case, by its id as in the file")
            ->type_name("CASE");
        export_->add_option("-o,--output", export_of_.output, "File to write (default: standard output)")
            ->type_name(takes::file);
        repeatable(*merge_, "file", merge_of_.paths, takes::file,
                   "Result files: all shards of a matrix, or of several machines")
            ->allow_extra_args()
            ->required();
        merge_->add_option("-o,--output", merge_of_.output, "File to write")
            ->type_name(takes::file)
            ->required();
        merge_->add_flag("--partial", merge_of_.partial,
                         "Shards may be missing; the file is marked as incomplete");
    }

    void add_cell_flags() {
        cell_->group(""); // hidden: the harness calls it, with its pipes on descriptors 3 and 4
        cell_->add_option("--workload", cell_of_.workload)->required();
        cell_->add_option("--arm", cell_of_.arm)->required();
        cell_->add_option("--parent", cell_of_.parent);
        cell_->add_option("--slowdown", cell_of_.injected_slowdown);
        repeatable(*cell_, "--parameter", cell_of_.parameters, "NAME=VALUE", "");
        add_plugin_flag(*cell_, cell_of_.plugins);
    }

    run_command run(int count, const char* const* arguments) {
        if (!flags_.resume.empty()) {
            // The journal says what to measure; anything else here would be silently ignored.
            if (!flags_.matrix_path.empty() || !flags_.workloads.empty() || !flags_.backends.empty() ||
                !flags_.filters.empty() || !flags_.plugins.empty() || flags_.blocks || !flags_.seed.empty() ||
                !flags_.baseline.empty() || !flags_.shard.empty() || !flags_.output.empty())
                throw usage_error{
                    "--resume goes on with the plan, seed and file that its journal holds; leave the "
                    "other flags away"};
            return {.request = {}, .output = make_output(flags_, count, arguments), .resume = flags_.resume};
        }
        return {.request = make_request(flags_, run_blocks),
                .output = make_output(flags_, count, arguments),
                .plan_only = flags_.plan_only,
                .resume = {}};
    }

    run_command ab(int count, const char* const* arguments) {
        if (flags_.workloads.empty()) throw usage_error{"ab wants a workload, as -w ping_pong/steady_rtt"};
        flags_.backends = {flags_.arm_a, flags_.arm_b};
        run_command made{.request = make_request(flags_, pair_blocks),
                         .output = make_output(flags_, count, arguments),
                         .plan_only = flags_.plan_only,
                         .resume = {}};
        made.output.preview_ratios = true;
        return made;
    }

    sweep_command sweep(int count, const char* const* arguments) {
        if (flags_.workloads.size() != 1)
            throw usage_error{"sweep wants one workload, as -w net/hotspot_rotation"};
        if (flags_.backends.size() != 1) throw usage_error{"sweep wants one backend, as -b spargio"};
        if (flags_.knobs.empty())
            throw usage_error{"sweep wants a knob, as -k steal_budget=1,4,16; `spargio-bench list knobs` shows "
                              "them all"};
        for (const auto& [flag, given] :
             {std::pair{"--budget", !flags_.budget.empty()}, std::pair{"--shard", !flags_.shard.empty()},
              std::pair{"--baseline", !flags_.baseline.empty()}})
            if (given)
                throw usage_error{
                    fmt::format("sweep takes no {}: every stage must be whole, and its baseline is the "
                                "backend of -b",
                                flag)};
        return {.request = {.run = make_request(flags_, pair_blocks),
                            .combined = combination_of(flags_.combine),
                            .screen_blocks = flags_.screen_blocks},
                .output = make_output(flags_, count, arguments),
                .plan_only = flags_.plan_only};
    }

    CLI::App app_{"Measures runtimes against each other; results are judged by spargio-report.",
                  "spargio-bench"};
    run_flags flags_;
    std::string list_what_, shell_;
    bool list_names_ = false;
    repro_command_line repro_of_;
    validate_command validate_of_;
    export_request export_of_;
    merge_request merge_of_;
    cell_options cell_of_;
    CLI::App* list_ = app_.add_subcommand("list", "Show workloads, backends, knobs, cases");
    CLI::App* doctor_ =
        app_.add_subcommand("doctor", "Say what this machine lacks for measuring, and how to lift it");
    CLI::App* run_ = app_.add_subcommand("run", "Measure a matrix: a file, or flags, or everything");
    CLI::App* ab_ = app_.add_subcommand("ab", "Measure two arms against each other");
    CLI::App* sweep_ = app_.add_subcommand(
        "sweep", "Try values of a backend's knobs against its defaults, confirm the best on fresh blocks");
    CLI::App* serve_ = app_.add_subcommand(
        "serve", "Let a backend serve, as it does in the family serve, for clients of your own");
    CLI::App* repro_ = app_.add_subcommand("repro", "Print the one command that measures a case again");
    CLI::App* export_ = app_.add_subcommand("export", "Write a result file in a form that another tool reads");
    CLI::App* validate_ = app_.add_subcommand("validate", "Check result files");
    CLI::App* merge_ =
        app_.add_subcommand("merge", "Join result files: shards of one matrix, or several machines");
    CLI::App* version_ = app_.add_subcommand("version", "Print what this build is, as a line of JSON");
    CLI::App* completion_ =
        app_.add_subcommand("completion", "Print what a shell needs to complete these commands");
    CLI::App* cell_ = app_.add_subcommand("cell", "");
};

} // namespace

std::expected<command, no_command> parse_command_line(int count, const char* const* arguments) {
    command_line line;
    try {
        return line.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        no_command none;
        const std::string_view first = count > 1 ? arguments[1] : "";
        none.exit_code = line.explain(error, std::string(first.starts_with('-') ? "" : first), none.text);
        return std::unexpected(none);
    } catch (const usage_error& error) {
        return std::unexpected(
            no_command{exit_code_of(error.found.code), "spargio-bench: " + error.found.message() + "\n"});
    }
}

} // namespace bench
