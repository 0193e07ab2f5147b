#include "harness/program.hpp"

#include "harness/command/cli.hpp"
#include "harness/command/doctor.hpp"
#include "harness/command/list.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/problem.hpp"
#include "harness/files/export.hpp"
#include "harness/files/repro.hpp"
#include "harness/files/validate.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/show/summary.hpp"

#include <fmt/format.h>

namespace bench {
namespace {

int execute(const cell_options& cell) { return run_cell(cell); }
int execute(const doctor_command& doctor) { return run_doctor(doctor.plugins); }
int execute(const validate_command& files) { return run_validate(files.paths); }
int execute(const merge_request& asked) { return run_merge(asked); }
int execute(const export_request& asked) { return run_export(asked); }
int execute(const repro_command_line& of) { return run_repro(of.case_id, of.path); }

int execute(const version_command&) {
    fmt::print("{}\n", one_line(version_info()));
    return exit_ok;
}

int execute(const completion_command& completion) {
    fmt::print("{}", completion.script);
    return exit_ok;
}

int execute(const list_command& list) {
    const auto planned = make_plan(list.request);
    return planned ? run_list(list.topic, list.names_only, *planned) : complain(planned.error());
}

int execute(const run_command& run) {
    if (!run.resume.empty()) return resume_run(run.resume, run.output);
    const auto planned = make_plan(run.request);
    if (!planned) return complain(planned.error());
    if (run.plan_only || run.output.verbose)
        fmt::print(run.plan_only ? stdout : stderr, "{}", describe_plan(*planned));
    return run.plan_only ? static_cast<int>(exit_ok) : run_plan(*planned, run.output);
}

int execute(const sweep_command& sweep) {
    const auto planned = plan_sweep(sweep.request);
    if (!planned) return complain(planned.error());
    if (sweep.plan_only || !sweep.output.quiet)
        fmt::print(sweep.plan_only ? stdout : stderr, "{}", describe_sweep(*planned));
    return sweep.plan_only ? static_cast<int>(exit_ok) : run_sweep(*planned, sweep.output);
}

} // namespace

int run_program(int count, const char* const* arguments) {
    const auto asked = parse_command_line(count, arguments);
    if (!asked) {
        fmt::print(asked.error().exit_code == exit_ok ? stdout : stderr, "{}", asked.error().text);
        return asked.error().exit_code;
    }
    try {
        if (!std::holds_alternative<cell_options>(*asked)) interrupt::install();
        return std::visit([](const auto& one) { return execute(one); }, *asked);
    } catch (const std::exception& error) {
        return complain(
            {problem_code::defect, "defect", error.what(), "please report it with the command line"});
    }
}

} // namespace bench
