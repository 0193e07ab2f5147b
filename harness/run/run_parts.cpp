#include "harness/run/run_parts.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/random.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sched.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

namespace bench {
namespace {

std::string fresh_id() {
    return fmt::format("{:%Y%m%dT%H%M%SZ}-{:06x}", fmt::gmtime(std::time(nullptr)), fresh_seed() & 0xffffff);
}

/// The `run` object of the result schema, as far as it is known at the start.
json run_info(const plan& planned, const run_output& output, const std::string& id) {
    const auto& o = planned.options;
    return {{"id", id},
            {"title", or_null(o.title)},
            {"seed", o.seed},
            {"arguments", output.arguments},
            {"status", "interrupted"},
            {"started_unix_ns", unix_now_ns()},
            {"finished_unix_ns", nullptr},
            {"blocks_planned", o.blocks},
            {"slices_per_block", o.slices},
            {"slice_target_ns", o.slice_ns},
            {"quiet_wait_limit_ns", o.quiet_limit_ns},
            {"shard", shard_to_json(o)},
            {"base_build", o.base ? o.base->to_json() : json(nullptr)},
            {"resumed", false}};
}

} // namespace

int complain(int code, const std::string& what) {
    fmt::print(stderr, "spargio-bench: {}\n", what);
    return code;
}

std::optional<std::string> pin(const std::vector<int>& cpus) {
    if (cpus.empty()) return std::nullopt;
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof set, &set) == 0) return std::nullopt;
    return fmt::format("--cpus {}: {}; `nproc` says how many there are, `taskset -p $$` which you may use",
                       fmt::join(cpus, ","), std::strerror(errno));
}

std::expected<begun_run, std::string> begin_run(const plan& planned, const run_output& output, bool sweeps) {
    if (auto error = pin(planned.options.cpus)) return std::unexpected(*error);
    const auto id = fresh_id();
    const auto path = output.path.empty() ? "results/local/" + id + ".json" : output.path;
    std::error_code error;
    if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty())
        std::filesystem::create_directories(parent, error);
    if (std::filesystem::is_directory(path, error))
        return std::unexpected(path + " is a directory; give a file name with -o");
    json header{{"journal", 1},
                {"sweep", sweeps},
                {"output", path},
                {"tool", tool_info()},
                {"run", run_info(planned, output, id)},
                {"environment", read_environment()},
                {"plan", plan_to_json(planned)}};
    auto opened = journal::create(journal::path_for(path), header);
    if (!opened) return std::unexpected(opened.error());
    return begun_run{path, std::move(header), std::move(*opened)};
}

int store_result(std::string& path, const json& document, const journal& beside) {
    const auto written = write_result(path, document);
    if (written) return exit_ok;
    std::error_code error;
    auto directory = std::filesystem::temp_directory_path(error);
    if (error) directory = "/tmp";
    const auto id = document.at("run").at("id").get<std::string>();
    const auto fallback = (directory / ("spargio-bench-" + id + ".json")).string();
    const auto rescued = write_result(fallback, document);
    complain(exit_invalid,
             fmt::format("{}; {}", written.error(),
                         rescued ? "the result is in " + fallback + " instead, move it where there is room"
                                 : rescued.error() + ", and the journal " + beside.path() +
                                       " holds what could be written; make room and --resume it"));
    if (rescued) path = fallback;
    return exit_invalid;
}

} // namespace bench
