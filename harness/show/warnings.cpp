#include "harness/show/warnings.hpp"

#include "harness/common/text.hpp"
#include "harness/machine/quiet_wait.hpp"
#include "harness/show/case_figures.hpp"
#include "workloads/cases/idle.hpp"

#include <fmt/format.h>

#include <map>

namespace bench {
namespace {

/// Results within this factor of the empty workload measure the harness as much as the backend.
constexpr double near_factor = 5.0;
constexpr double busy_share_limit = 0.01;
constexpr std::uint64_t few_blocks = 10;

json warning(const char* code, const json& of, std::string text) {
    return {{"code", code}, {"case", of}, {"text", std::move(text)}};
}

void warn_near_overhead(const json& of, const std::map<std::string, case_figures>& figures,
                        const overhead& costs, json& into) {
    if (of.at("workload") == "harness/empty") return;
    const auto at = figures.find(of.at("id").get<std::string>());
    if (at != figures.end()) {
        const double wall_ns = median_of(at->second.wall_ns);
        if (wall_ns < near_factor * costs.per_operation_ns)
            into.push_back(
                warning("near_overhead", of.at("id"),
                        fmt::format("{} an operation is within {} x of an empty iteration ({}): part of "
                                    "the figure is the harness itself",
                                    format_ns(wall_ns), near_factor, format_ns(costs.per_operation_ns))));
    }
    const auto& latency = of.at("latency");
    if (latency.is_null()) return;
    const double p50_ns = latency.at("p50_ns").get<double>();
    if (p50_ns < near_factor * costs.per_latency_ns)
        into.push_back(warning("near_overhead", of.at("id"),
                               fmt::format("its median latency of {} is within {} x of reading the clock and "
                                           "recording ({}); the judged time per operation has no clock inside",
                                           format_ns(p50_ns), near_factor, format_ns(costs.per_latency_ns))));
}

void warn_busy_pause(const case_state& of, json& into) {
    if (of.restless_share() > busy_share_limit)
        into.push_back(
            warning("paused_session_busy", of.id,
                    fmt::format("its paused session used {:.1f} % of a CPU over {} pauses, more than "
                                "falling asleep takes: the other arms of its blocks were disturbed, "
                                "measure it alone",
                                100 * of.paused_cpu_share().value_or(0), of.pauses)));
}

void warn_blocks(const json& document, json& into) {
    struct tally {
        std::uint64_t kept = 0, dropped = 0, noisy = 0, changed = 0;
        std::string reason;
    };
    std::map<std::string, tally> groups;
    for (const auto& block : document.at("blocks")) {
        auto& of = groups[block.at("group").get<std::string>()];
        if (block.at("dropped").get<bool>()) {
            ++of.dropped;
            of.reason = block.at("drop_reason").get<std::string>();
            continue;
        }
        ++of.kept;
        of.changed += block.at("state_changed").get<bool>();
        const auto& foreign = block.at("foreign_cpu_share");
        of.noisy += !foreign.is_null() && foreign.get<double>() > quiet_foreign_share;
    }
    for (const auto& [name, of] : groups) {
        if (of.dropped > 0)
            into.push_back(
                warning("blocks_dropped", nullptr,
                        fmt::format("{}: {} of {} blocks dropped, all arms, without looking at their "
                                    "figures (the last because {})",
                                    name, of.dropped, of.dropped + of.kept, of.reason)));
        if (of.noisy > 0)
            into.push_back(
                warning("noisy_block", nullptr,
                        fmt::format("{}: in {} of {} kept blocks others used more than {:.0f} % of the "
                                    "machine; measure again when it is quiet",
                                    name, of.noisy, of.kept, 100 * quiet_foreign_share)));
        if (of.changed > 0)
            into.push_back(
                warning("state_changed", nullptr,
                        fmt::format("{}: in {} of {} kept blocks the CPUs went from near to far or back "
                                    "(cache-line round trip, x 2.5): absolute times mix two states",
                                    name, of.changed, of.kept)));
        if (of.kept < few_blocks)
            into.push_back(warning(
                "few_blocks", nullptr,
                fmt::format("{}: {} blocks; an interval wants at least {}", name, of.kept, few_blocks)));
    }
}

} // namespace

overhead overhead_of(const json& document) {
    for (const auto& of : document.at("cases")) {
        if (of.at("workload") != "harness/empty" || of.at("status") != "measured") continue;
        const auto figures = figures_of(document);
        const auto at = figures.find(of.at("id").get<std::string>());
        if (at == figures.end() || of.at("latency").is_null()) continue;
        return {.per_operation_ns = median_of(at->second.wall_ns),
                .per_latency_ns = of.at("latency").at("p50_ns").get<double>()};
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

json make_warnings(const json& document, const overhead& costs, const run_state& state) {
    json all = json::array();
    const auto figures = figures_of(document);
    for (const auto& of : document.at("cases")) {
        const auto status = of.at("status").get<std::string>();
        const auto id = of.at("id").get<std::string>();
        if (status != "measured" && status != "unsupported" && status != "unavailable")
            all.push_back(
                warning("case_failed", id, fmt::format("{}: {}", status, of.at("reason").get<std::string>())));
        warn_near_overhead(of, figures, costs, all);
        warn_busy_pause(state.find_case(id), all);
    }
    warn_blocks(document, all);
    return all;
}

} // namespace bench
