#include "harness/run/block_runner.hpp"

#include "harness/common/interrupt.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/probes.hpp"
#include "harness/record/latency_counts.hpp"
#include "harness/run/block_order.hpp"

#include <algorithm>
#include <numeric>

namespace bench {
namespace {

/// Between two slices: the time that a session may take to fall asleep, so that it doesn't do so in another's.
constexpr std::uint64_t settle_ns = 1'000'000;
/// Largest padding of the environment: a page, so that the stack starts anywhere in one.
constexpr std::uint64_t padding_limit = 4096;

json conditions(const noise_figures& seen, const probe_figures& before, const probe_figures& after,
                std::uint64_t waited_ns, const std::optional<std::string>& drop) {
    return {{"cpu_pressure_share", or_null(seen.pressure_share)},
            {"foreign_cpu_share", or_null(seen.foreign_share)},
            {"stolen_cpu_share", or_null(seen.stolen_share)},
            {"throttled_ns", or_null(seen.throttled_ns)},
            {"probes_before", before.to_json()},
            {"probes_after", after.to_json()},
            {"state_changed", state_changed(before, after)},
            {"waited_for_quiet_ns", waited_ns},
            {"dropped", drop.has_value()},
            {"drop_reason", or_null(drop)}};
}

} // namespace

block_runner::outcome block_runner::run(const group& g) {
    const auto number = log_.state().progress_of(g).begun;
    const auto seed = derive_seed(plan_.options.seed, g.name, number);
    random_source random(seed);
    const auto waited_ns = quiet_.before_block();
    if (interrupt::requested()) return outcome::interrupted;
    log_.record({{"event", "block_begin"},
                 {"block",
                  {{"index", log_.state().blocks().size()},
                   {"group", g.name},
                   {"number", number},
                   {"seed", seed},
                   {"started_unix_ns", unix_now_ns()}}}});
    const auto probes_before = take_probes();
    const auto noise_before = noise_reading::take();

    std::vector<running_arm> arms;
    const bool done =
        start_cells(g, arms, random) && warm(g, arms, random) && measure(g, arms, random) && close(arms);
    arms.clear();
    if (!done) return outcome::interrupted;

    const auto seen = noise_before.until(noise_reading::take());
    const auto probes_after = take_probes();
    quiet_.after_block(seen);
    const auto drop = noise_to_drop(g, seen);
    log_.record(
        {{"event", "block_end"}, {"block", conditions(seen, probes_before, probes_after, waited_ns, drop)}});
    log_.sync();
    return drop ? outcome::dropped : outcome::kept;
}

std::optional<std::string> block_runner::noise_to_drop(const group& g, const noise_figures& seen) const {
    if (quiet_.neighbour_stays()) return std::nullopt;
    // Of the blocks begun so far, so that the limit holds for a run that ends early too.
    const auto& so_far = log_.state().progress_of(g);
    const auto base = static_cast<double>(std::min(so_far.begun, plan_.options.blocks));
    if (so_far.dropped >= static_cast<std::uint64_t>(drop_limit_share * base)) return std::nullopt;
    return reason_to_drop(seen);
}

void block_runner::take_failure(running_arm& of, const cell_failure& failure) {
    of.cell.reset();
    if (failure.status == "interrupted") {
        interrupted_ = true;
        return;
    }
    log_.record({{"event", "case"}, {"case", of.id}, {"status", failure.status}, {"reason", failure.reason}});
}

std::optional<json> block_runner::ask(running_arm& of, const json& command, std::uint64_t timeout_ns,
                                      std::string_view phase) {
    auto said = of.cell->ask(command, timeout_ns, phase);
    if (said) return std::move(*said);
    take_failure(of, said.error());
    return std::nullopt;
}

void block_runner::open_answered(running_arm& of, const json& said) {
    if (said.at("is") == "open") {
        log_.record({{"event", "case"},
                     {"case", of.id},
                     {"knobs_effective", said.at("knobs_effective")},
                     {"capabilities", said.at("capabilities")}});
        return;
    }
    const auto kind = said.at("kind").get<std::string>();
    const bool refused = kind == "unsupported" || kind == "unavailable";
    take_failure(of, {refused ? kind : "failed", said.at("reason").get<std::string>()});
}

bool block_runner::start_cells(const group& g, std::vector<running_arm>& arms, random_source& random) {
    for (const auto& a : g.arms) {
        auto id = case_id(g, a);
        if (log_.state().find_case(id).active())
            arms.push_back({.with = &a, .id = std::move(id), .cell = nullptr});
    }
    random.shuffle(arms);
    for (auto& of : arms) {
        const auto program = of.with->of_base ? plan_.options.base.value().path : std::string();
        auto started = cell_client::start(g, *of.with, random.below(padding_limit), program);
        if (!started) {
            take_failure(of, started.error());
            continue;
        }
        of.cell = std::move(*started);
        const auto said = of.cell->wait_answer(plan_.options.timeout_ns, "opened its session");
        if (said)
            open_answered(of, *said);
        else
            take_failure(of, said.error());
        if (interrupted_) return false;
    }
    return true;
}

bool block_runner::warm(const group& g, std::vector<running_arm>& arms, random_source& random) {
    for (auto& of : arms) {
        if (!of.cell) continue;
        const json command{{"do", "warm"}, {"slice_ns", plan_.slice_ns_of(g)}, {"seed", random.next() >> 11}};
        if (const auto said = ask(of, command, plan_.options.timeout_ns, "warmed up"))
            of.iterations = said->at("iterations").get<std::uint64_t>();
        if (interrupted_) return false;
    }
    return true;
}

bool block_runner::measure(const group& g, std::vector<running_arm>& arms, random_source& random) {
    const auto order = slice_order_of_block(arms.size(), plan_.options.slices, random);
    if (!run_slices(arms, order, false, random)) return false;
    return !g.what->measures_latency ||
           run_slices(arms, slice_order_of_block(arms.size(), 1, random), true, random);
}

std::uint64_t block_runner::iterations_of(const running_arm& of, bool latency) {
    // A little more than needed: how many operations an iteration has may vary.
    constexpr std::uint64_t wanted = latency_counts::enough_for_p99 + latency_counts::enough_for_p99 / 5;
    constexpr std::uint64_t longest = 8; // slices
    if (!latency || of.operations == 0 || of.operations >= wanted) return of.iterations;
    const std::uint64_t times = (wanted + of.operations - 1) / of.operations;
    return times <= longest ? times * of.iterations : of.iterations;
}

bool block_runner::run_slices(std::vector<running_arm>& arms, const std::vector<std::size_t>& order,
                              bool latency, random_source& random) {
    for (std::size_t turn = 0; turn < order.size(); ++turn) {
        auto& of = arms[order[turn]];
        const auto seed = random.next() >> 11;
        if (!of.cell) continue;
        if (interrupt::sleep_ns(settle_ns)) return false;
        const auto said = ask(
            of,
            {{"do", "slice"}, {"iterations", iterations_of(of, latency)}, {"seed", seed}, {"latency", latency}},
            plan_.options.timeout_ns, "ran a slice");
        if (interrupted_) return false;
        if (!said) continue;
        of.operations = said->at("slice").at("operations").get<std::uint64_t>();
        json slice{{"case", of.id}, {"mode", latency ? "latency" : "throughput"}};
        slice.update(said->at("slice"));
        json event{{"event", "slice"},
                   {"slice", std::move(slice)},
                   {"paused_cpu_ns", said->at("paused_cpu_ns")},
                   {"paused_wall_ns", said->at("paused_wall_ns")}};
        if (said->contains("latency")) event["latency"] = said->at("latency");
        log_.record(event);
    }
    return true;
}

bool block_runner::close(std::vector<running_arm>& arms) {
    for (auto& of : arms) {
        if (!of.cell) continue;
        const auto said = ask(of, {{"do", "close"}}, plan_.options.timeout_ns, "closed its session");
        if (interrupted_) return false;
        if (!said) continue;
        log_.record({{"event", "case"}, {"case", of.id}, {"peak_rss_bytes", said->at("peak_rss_bytes")}});
        of.cell->finish(plan_.options.timeout_ns);
    }
    return true;
}

} // namespace bench
