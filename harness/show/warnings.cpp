#include "harness/show/warnings.hpp"

#include "harness/common/text.hpp"
#include "harness/machine/allowance.hpp"
#include "harness/machine/quiet_wait.hpp"
#include "harness/show/case_figures.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/idle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace bench {
namespace {

/// Results within this factor of the empty workload measure the harness as much as the backend.
constexpr double near_factor = 5.0;
constexpr double busy_share_limit = 0.01;
/// Of a CPU, from which on a client of one thread has no room to ask more.
constexpr double spent_peer_share = 0.9;
constexpr std::uint64_t few_blocks = 10;

using warnings = std::vector<warning_record>;

void warn(warnings& into, const char* code, std::optional<std::string> case_id, std::string text) {
    into.push_back({.code = code, .case_id = std::move(case_id), .text = std::move(text)});
}

void warn_near_overhead(const case_record& judged, const std::map<std::string, case_figures>& figures,
                        const overhead& costs, warnings& into) {
    if (judged.workload == "harness/empty") return;
    const auto at = figures.find(judged.id);
    if (at != figures.end()) {
        const double wall_ns = median_of(at->second.wall_ns);
        if (wall_ns < near_factor * costs.per_operation_ns)
            warn(into, "near_overhead", judged.id,
                 fmt::format("{} an operation is within {} x of an empty iteration ({}): part of "
                             "the figure is the harness itself",
                             format_ns(wall_ns), near_factor, format_ns(costs.per_operation_ns)));
    }
    if (!judged.latency) return;
    const auto p50_ns = static_cast<double>(judged.latency->summary.p50_ns);
    if (p50_ns < near_factor * costs.per_latency_ns)
        warn(into, "near_overhead", judged.id,
             fmt::format("its median latency of {} is within {} x of reading the clock and "
                         "recording ({}); the judged time per operation has no clock inside",
                         format_ns(p50_ns), near_factor, format_ns(costs.per_latency_ns)));
}

/// Where the client is one thread, what it can ask may be the limit, and not what the backend can answer.
void warn_spent_peer(const case_record& judged, const std::map<std::string, case_figures>& figures,
                     warnings& into) {
    const auto* asked = find_workload(judged.workload);
    const auto at = figures.find(judged.id);
    if (asked == nullptr || asked->peer == peer_kind::echo || at == figures.end()) return;
    const double cpus = median_of(at->second.peer_cpus);
    if (cpus >= spent_peer_share)
        warn(into, "peer_spent", judged.id,
             fmt::format(
                 "its client, one thread, spent {:.0f} % of a CPU: the time per operation shows what that can "
                 "ask, and may hide what the backend could answer; compare the CPU time",
                 100 * cpus));
}

void warn_busy_pause(const std::string& case_id, const pause_totals& pauses, warnings& into) {
    if (pauses.restless_share() > busy_share_limit)
        warn(into, "paused_session_busy", case_id,
             fmt::format("its paused session used {:.1f} % of a CPU over {} pauses, more than "
                         "falling asleep takes: the other arms of its blocks were disturbed, "
                         "measure it alone",
                         100 * pauses.cpu_share().value_or(0), pauses.count));
}

/// What happened to the blocks of a group.
struct block_tally {
    std::uint64_t kept = 0, dropped = 0, noisy = 0, changed = 0;
    std::string drop_reason; ///< the last
};

std::map<std::string, block_tally> tallies_of(const std::vector<block_record>& blocks) {
    std::map<std::string, block_tally> groups;
    for (const auto& block : blocks) {
        auto& tally = groups[block.start.group];
        if (block.conditions.dropped) {
            ++tally.dropped;
            tally.drop_reason = block.conditions.drop_reason.value_or("");
            continue;
        }
        ++tally.kept;
        tally.changed += block.conditions.state_changed;
        tally.noisy += block.conditions.noise.foreign_share.value_or(0) > quiet_foreign_share;
    }
    return groups;
}

void warn_blocks(const std::string& group, const block_tally& tally, warnings& into) {
    if (tally.dropped > 0)
        warn(into, "blocks_dropped", std::nullopt,
             fmt::format("{}: {} of {} blocks dropped, all arms, without looking at their "
                         "figures (the last because {})",
                         group, tally.dropped, tally.dropped + tally.kept, tally.drop_reason));
    if (tally.noisy > 0)
        warn(into, "noisy_block", std::nullopt,
             fmt::format("{}: in {} of {} kept blocks others used more than {:.0f} % of the "
                         "machine; measure again when it is quiet",
                         group, tally.noisy, tally.kept, 100 * quiet_foreign_share));
    if (tally.changed > 0)
        warn(into, "state_changed", std::nullopt,
             fmt::format("{}: in {} of {} kept blocks the CPUs went from near to far or back "
                         "(cache-line round trip, x 2.5): absolute times mix two states",
                         group, tally.changed, tally.kept));
    if (tally.kept < few_blocks)
        warn(into, "few_blocks", std::nullopt,
             fmt::format("{}: {} blocks; an interval wants at least {}", group, tally.kept, few_blocks));
}

void remark_on_build(const tool_record& tool, const char* role, warnings& into) {
    if (const auto slow = slow_build(tool))
        warn(into, "debug_build", std::nullopt,
             fmt::format(
                 "{} is {}: its times say nothing of what users have; build it with `cmake --preset release`",
                 role, *slow));
}

/// Blocks that had other CPUs, another nice value or another quota than the run began with.
void warn_allowances(const result_record& result, warnings& into) {
    const auto& environment = result.environment;
    const allowance begun{
        .cpus = environment.affinity, .nice = environment.nice, .cpu_limit = environment.cgroup_cpu_limit};
    std::size_t kept = 0, changed = 0;
    std::string last;
    for (const auto& block : result.blocks) {
        if (block.conditions.dropped) continue;
        ++kept;
        if (const auto change = allowance_change(begun, block.conditions.allowed)) {
            ++changed;
            last = *change;
        }
    }
    if (changed > 0)
        warn(into, "cpus_changed", std::nullopt,
             fmt::format(
                 "in {} of {} kept blocks there was something else than at the beginning (in the last of them "
                 "{}): absolute times mix two machines",
                 changed, kept, last));
}

/// Workers that share CPUs measure the scheduler as well.
void warn_crowded(const case_record& judged, const environment_record& environment, warnings& into) {
    const auto cpus = environment.cpus_usable.value_or(0);
    const auto workers = std::ranges::find(judged.parameters, "workers", &named_texts::value_type::first);
    if (cpus < 2 || workers == judged.parameters.end()) return; // one CPU is said once for all
    const auto count = whole_number(workers->second);
    if (count && *count > static_cast<std::uint64_t>(cpus))
        warn(into, "few_cpus", judged.id, fmt::format("its {} workers share {} CPUs", *count, cpus));
}

} // namespace

std::vector<warning_record> remarks_on(const environment_record& environment, const tool_record& tool,
                                       const std::optional<base_build_record>& base) {
    warnings all;
    remark_on_build(tool, "this program", all);
    if (base) remark_on_build(base->tool, "the base build", all);
    if (environment.cpus_usable == 1)
        warn(all, "single_cpu", std::nullopt,
             "there is one CPU: what two threads do with each other measures the kernel's scheduler; give the "
             "process "
             "two (taskset, --cpus, docker --cpuset-cpus)");
    if (environment.cgroup_cpu_limit)
        warn(all, "cpu_quota", std::nullopt,
             fmt::format(
                 "the container may use {:.2f} CPUs: who spends that is stopped for the rest of 100 ms, and "
                 "slices stretch at random; pin with --cpuset-cpus instead of limiting with --cpus",
                 *environment.cgroup_cpu_limit));
    if (environment.nice.value_or(0) > 0)
        warn(all, "nice", std::nullopt,
             fmt::format("the run is nice ({}): every other program goes first", *environment.nice));
    return all;
}

overhead overhead_of(const result_record& result) {
    for (const auto& each : result.cases) {
        if (each.workload != "harness/empty" || each.status != case_status::measured) continue;
        const auto figures = figures_of(result.blocks);
        const auto at = figures.find(each.id);
        if (at == figures.end() || !each.latency) continue;
        return {.per_operation_ns = median_of(at->second.wall_ns),
                .per_latency_ns = static_cast<double>(each.latency->summary.p50_ns)};
    }
    histogram recorded;
    constexpr std::uint64_t iterations = 1'000'000;
    const auto from_ns = now_ns();
    static_cast<void>(do_nothing({.iterations = iterations}, recorded));
    const auto taken_ns = now_ns() - from_ns;
    static_cast<void>(do_nothing({.iterations = iterations / 10, .seed = 0, .record_latency = true}, recorded));
    return {.per_operation_ns = static_cast<double>(taken_ns) / iterations,
            .per_latency_ns = static_cast<double>(recorded.quantile(0.5))};
}

std::vector<warning_record> make_warnings(const result_record& result, const overhead& costs,
                                          const std::map<std::string, pause_totals>& pauses) {
    auto all = remarks_on(result.environment, result.tool, result.run.base_build);
    warn_allowances(result, all);
    const auto figures = figures_of(result.blocks);
    for (const auto& each : result.cases) {
        if (each.status == case_status::not_run || is_failure(each.status))
            warn(all, "case_failed", each.id,
                 fmt::format("{}: {}", word_of(each.status), each.reason.value_or("")));
        warn_near_overhead(each, figures, costs, all);
        warn_spent_peer(each, figures, all);
        warn_crowded(each, result.environment, all);
        if (const auto at = pauses.find(each.id); at != pauses.end()) warn_busy_pause(each.id, at->second, all);
    }
    for (const auto& [group, tally] : tallies_of(result.blocks)) warn_blocks(group, tally, all);
    return all;
}

} // namespace bench
