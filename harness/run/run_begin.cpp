#include "harness/run/run_begin.hpp"

#include "harness/common/output.hpp"
#include "harness/common/output_file.hpp"
#include "harness/common/random.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/machine/limits.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/result_file.hpp"
#include "harness/run/measured_files.hpp"
#include "harness/show/warnings.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sched.h>

#include <algorithm>
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
            .budget_ns = options.budget_ns,
            .part = part_of(options),
            .base_build = options.base,
            .resumed = false,
            .sweep = std::nullopt,
            .missing_shards = std::nullopt};
}

/// Makes the folder of the result. Why nothing can be written there; nothing where it can.
std::optional<problem> unfit(const std::string& path) {
    if (is_written_through(path)) return std::nullopt;
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty() && !std::filesystem::exists(folder, error)) {
        std::filesystem::create_directories(folder, error);
        if (error)
            return problem{problem_code::cannot_begin, "",
                           fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                           "choose another place with -o"};
    }
    if (std::filesystem::is_directory(path, error))
        return problem{problem_code::cannot_begin, "", path + " is a directory", "give a file name with -o"};
    return result_in_the_way(path);
}

} // namespace

std::string path_aside(const std::string& run_id) {
    std::error_code error;
    auto folder = std::filesystem::temp_directory_path(error);
    if (error) folder = "/tmp";
    return (folder / ("spargio-bench-" + run_id + ".json")).string();
}

void note_remarks(const journal_header& header) {
    for (const auto& remark : remarks_on(header.environment, header.tool, header.run.base_build))
        note("warning: {}\n", remark.text);
}

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
    std::size_t most_arms = 0;
    for (const auto& each : planned.groups) most_arms = std::max(most_arms, each.arms.size());
    if (auto found = make_room_for_cells(most_arms)) return std::unexpected(*std::move(found));
    const auto id = fresh_id();
    const auto path = output.path.empty() ? "results/local/" + id + ".json" : output.path;
    if (auto found = unfit(path)) return std::unexpected(*std::move(found));
    const auto kept = is_written_through(path) ? path_aside(id) : path;
    journal_header header{.sweep = sweeps,
                          .output = path,
                          .tool = this_build(),
                          .run = run_info(planned, output, id),
                          .environment = read_environment(),
                          .files = digest_files(planned),
                          .plan = plan_to_json(planned)};
    auto opened = journal::create(journal::path_for(kept), header);
    if (!opened) return std::unexpected(opened.error());
    return begun_run{path, std::move(header), std::move(*opened)};
}

} // namespace bench
