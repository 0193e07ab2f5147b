// The command line: reads it into one of the commands.
#pragma once

#include "harness/cell/cell_process.hpp"
#include "harness/files/export.hpp"
#include "harness/files/merge.hpp"
#include "harness/plan/plan.hpp"
#include "harness/run/run.hpp"
#include "harness/run/sweep.hpp"

#include <expected>
#include <string>
#include <variant>
#include <vector>

namespace bench {

struct list_command {
    std::string topic; ///< workloads, backends, knobs or cases; empty: the first two
    bool names_only = false;
    run_request request;
};
/// Of the one case that it plans.
struct server_command {
    run_request request;
};
struct doctor_command {
    std::vector<std::string> plugins;
};
struct run_command {
    run_request request;
    run_output output;
    bool plan_only = false;
    std::string resume; ///< empty: a new run
};
struct sweep_command {
    sweep_request request;
    run_output output;
    bool plan_only = false;
};
struct repro_command_line {
    std::string case_id;
    std::string path;
};
struct version_command {};
struct completion_command {
    std::string script;
};
struct validate_command {
    std::vector<std::string> paths;
};

using command = std::variant<version_command, completion_command, list_command, server_command, doctor_command,
                             run_command, sweep_command, repro_command_line, validate_command, export_request,
                             merge_request, cell_options>;

/// Why there is no command: an error to print, or help that was asked for.
struct no_command {
    int exit_code = 0;
    std::string text;
};

[[nodiscard]] std::expected<command, no_command> parse_command_line(int count, const char* const* arguments);

} // namespace bench
