#include "harness/run/run_begin.hpp"

#include "harness/common/random.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/plan/plan_json.hpp"

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

/// As far as it is known at the start.
run_record run_info(const plan& planned, const run_output& output, const std::string& id) {
    const auto& options = planned.options;
    return {.id = id,
            .title = options.title,
            .seed = options.seed,
            .arguments = output.arguments,
            .status = run_status::interrupted,
            .started_unix_ns = unix_now_ns(),
            .finished_unix_ns = std::nullopt,
            .blocks_planned = options.blocks,
            .slices_per_block = options.slices,
            .slice_target_ns = options.slice_ns,
            .quiet_wait_limit_ns = options.quiet_limit_ns,
            .part = part_of(options),
            .base_build = options.base,
            .resumed = false,
            .sweep = std::nullopt,
            .missing_shards = std::nullopt};
}

} // namespace

std::optional<problem> pin(const std::vector<int>& cpus) {
    if (cpus.empty()) return std::nullopt;
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof set, &set) == 0) return std::nullopt;
    return problem{problem_code::cannot_begin, fmt::format("--cpus {}", fmt::join(cpus, ",")),
                   std::strerror(errno), "`nproc` says how many there are, `taskset -p $$` which you may use"};
}

std::expected<begun_run, problem> begin_run(const plan& planned, const run_output& output, bool sweeps) {
    if (auto found = pin(planned.options.cpus)) return std::unexpected(*std::move(found));
    const auto id = fresh_id();
    const auto path = output.path.empty() ? "results/local/" + id + ".json" : output.path;
    std::error_code error;
    if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty())
        std::filesystem::create_directories(parent, error);
    if (std::filesystem::is_directory(path, error))
        return refused(problem_code::cannot_begin, "", path + " is a directory", "give a file name with -o");
    journal_header header{.sweep = sweeps,
                          .output = path,
                          .tool = this_build(),
                          .run = run_info(planned, output, id),
                          .environment = read_environment(),
                          .plan = plan_to_json(planned)};
    auto opened = journal::create(journal::path_for(path), header);
    if (!opened) return std::unexpected(opened.error());
    return begun_run{path, std::move(header), std::move(*opened)};
}

} // namespace bench
