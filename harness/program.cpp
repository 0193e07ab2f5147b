#include "harness/program.hpp"

#include "harness/command/cli.hpp"
#include "harness/command/doctor.hpp"
#include "harness/command/list.hpp"
#include "harness/command/serve.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/output.hpp"
#include "harness/common/problem.hpp"
#include "harness/files/export.hpp"
#include "harness/files/repro.hpp"
#include "harness/files/validate.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/show/summary.hpp"

#include <new>

namespace bench {
namespace {

int execute(const cell_options& cell) { return run_cell(cell); }
// Only what waits and measures hears of an interruption; every other command is ended by the signal itself.
int execute(const doctor_command& doctor) {
    interrupt::install();
    return run_doctor(doctor.plugins);
}
int execute(const validate_command& files) { return run_validate(files.paths); }
int execute(const merge_request& asked) { return run_merge(asked); }
int execute(const export_request& asked) { return run_export(asked); }
int execute(const repro_command_line& of) { return run_repro(of.case_id, of.path); }

int execute(const version_command&) {
    say("{}\n", one_line(version_info()));
    return exit_ok;
}

int execute(const completion_command& completion) {
    say_text(completion.script);
    return exit_ok;
}

int execute(const list_command& list) {
    const auto planned = make_plan(list.request);
    return planned ? run_list(list.topic, list.names_only, *planned) : complain(planned.error());
}

int execute(const server_command& server) {
    const auto planned = make_plan(server.request);
    if (!planned) return complain(planned.error());
    interrupt::install();
    return run_serve(*planned);
}

int execute(const run_command& run) {
    if (!run.plan_only) interrupt::install();
    if (!run.resume.empty()) return resume_run(run.resume, run.output);
    const auto planned = make_plan(run.request);
    if (!planned) return complain(planned.error());
    if (run.plan_only || run.output.verbose)
        run.plan_only ? say_text(describe_plan(*planned)) : note_text(describe_plan(*planned));
    return run.plan_only ? static_cast<int>(exit_ok) : run_plan(*planned, run.output);
}

int execute(const sweep_command& sweep) {
    if (!sweep.plan_only) interrupt::install();
    const auto planned = plan_sweep(sweep.request);
    if (!planned) return complain(planned.error());
    if (sweep.plan_only || !sweep.output.quiet)
        sweep.plan_only ? say_text(describe_sweep(*planned)) : note_text(describe_sweep(*planned));
    return sweep.plan_only ? static_cast<int>(exit_ok) : run_sweep(*planned, sweep.output);
}

/// The exit code of a command line, whose words may still be buffered.
int obey(int count, const char* const* arguments) {
    try {
        const auto asked = parse_command_line(count, arguments);
        if (asked) return std::visit([](const auto& one) { return execute(one); }, *asked);
        const auto& none = asked.error();
        none.exit_code == exit_ok ? say_text(none.text) : note_text(none.text);
        return none.exit_code;
    } catch (const std::bad_alloc&) {
        return complain({problem_code::defect, "", "there is not enough memory",
                         "look at `ulimit -v` and at the container's limit"});
    } catch (const std::exception& error) {
        return complain(
            {problem_code::defect, "defect", error.what(), "please report it with the command line"});
    }
}

} // namespace

int run_program(int count, const char* const* arguments) {
    prepare_output();
    const int code = obey(count, arguments);
    const auto unprinted = finish_output();
    if (!unprinted) return code;
    const int complained = complain(*unprinted);
    return code == exit_ok ? complained : code;
}

} // namespace bench
