#include "harness/run/block_runner.hpp"

#include "harness/common/interrupt.hpp"
#include "harness/common/text.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/allowance.hpp"
#include "harness/machine/probes.hpp"
#include "harness/record/latency_counts.hpp"
#include "harness/run/block_order.hpp"
#include "workloads/measure/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace bench {
namespace {

/// Between two slices: the time that a session may take to fall asleep, so that it doesn't do so in another's.
constexpr std::uint64_t settle_ns = 1'000'000;
/// Largest padding of the environment: a page, so that the stack starts anywhere in one.
constexpr std::uint64_t padding_limit = 4096;

block_conditions conditions(const noise_figures& seen, const allowance& allowed, const probe_figures& before,
                            const probe_figures& after, std::uint64_t waited_ns,
                            const std::optional<std::string>& drop_reason) {
    return {.noise = seen,
            .allowed = allowed,
            .probes_before = before,
            .probes_after = after,
            .state_changed = state_changed(before, after),
            .waited_for_quiet_ns = waited_ns,
            .dropped = drop_reason.has_value(),
            .drop_reason = drop_reason};
}

} // namespace

block_runner::outcome block_runner::run(const group& measured) {
    const auto number = log_.state().progress_of(measured).begun;
    const auto seed = derive_seed(plan_.options.seed, measured.name, number);
    random_source random(seed);
    const auto waited_ns = quiet_.before_block();
    if (interrupt::requested()) return outcome::interrupted;
    log_.record(block_begun{{.index = log_.state().blocks().size(),
                             .group = measured.name,
                             .number = number,
                             .seed = seed,
                             .started_unix_ns = unix_now_ns()}});
    const auto probes_before = take_probes();
    const auto noise_before = noise_reading::take();
    const auto allowed_before = allowance_of(0);
    frozen_ns_ = 0;
    cell_change_.reset();

    std::vector<running_arm> arms;
    const bool done = start_cells(measured, arms, random) && warm(measured, arms, random) &&
                      measure(measured, arms, random) && close(arms);
    arms.clear();
    if (!done) return outcome::interrupted;

    const auto seen = noise_before.until(noise_reading::take());
    const auto probes_after = take_probes();
    quiet_.after_block(seen);
    const auto allowed_after = allowance_of(0);
    auto drop_reason = disturbance(allowed_before, allowed_after);
    if (log_.state().progress_of(measured).dropped >= plan_.options.blocks) drop_reason.reset();
    if (!drop_reason) drop_reason = noise_to_drop(measured, seen);
    log_.record(block_ended{conditions(seen, narrowed(allowed_before, allowed_after), probes_before,
                                       probes_after, waited_ns, drop_reason)});
    log_.sync();
    return drop_reason ? outcome::dropped : outcome::kept;
}

std::optional<std::string> block_runner::disturbance(const allowance& before, const allowance& after) const {
    if (frozen_ns_ > 0)
        return fmt::format(
            "everything stood still for {}, as in a container or a virtual machine that is paused",
            format_ns(static_cast<double>(frozen_ns_)));
    auto change = allowance_change(before, after);
    if (!change) change = cell_change_;
    if (!change) return std::nullopt;
    return "in the middle of it there was " + *change;
}

std::optional<std::string> block_runner::noise_to_drop(const group& measured, const noise_figures& seen) const {
    if (quiet_.neighbour_stays()) return std::nullopt;
    // Of the blocks begun so far, so that the limit holds for a run that ends early too.
    const auto& so_far = log_.state().progress_of(measured);
    const auto base = static_cast<double>(std::min(so_far.begun, plan_.options.blocks));
    if (so_far.dropped >= static_cast<std::uint64_t>(drop_limit_share * base)) return std::nullopt;
    return reason_to_drop(seen);
}

void block_runner::take_failure(running_arm& failed, const cell_failure& failure) {
    failed.cell.reset();
    if (failure.interrupted) {
        interrupted_ = true;
        return;
    }
    log_.record(case_changed{.case_id = failed.id, .status = failure.status, .reason = failure.reason});
}

template <class Answer>
std::optional<Answer> block_runner::ask(running_arm& asked, const cell_command& command,
                                        std::string_view phase) {
    auto said = asked.cell->ask(command, plan_.options.timeout_ns, phase);
    frozen_ns_ += asked.cell->take_frozen_ns();
    if (said) return std::get<Answer>(*std::move(said));
    take_failure(asked, said.error());
    return std::nullopt;
}

void block_runner::open_answered(running_arm& asked, const cell_answer& said) {
    if (const auto* opened = std::get_if<session_opened>(&said)) {
        log_.record(case_changed{.case_id = asked.id,
                                 .knobs_effective = opened->knobs_effective,
                                 .capabilities = opened->capabilities});
        return;
    }
    const auto& refused = std::get<session_refused>(said);
    const auto status = refused.kind == refusal::kind_type::unsupported   ? case_status::unsupported
                        : refused.kind == refusal::kind_type::unavailable ? case_status::unavailable
                                                                          : case_status::failed;
    take_failure(asked, {.status = status, .reason = refused.reason});
}

void block_runner::start_cell(const group& measured, running_arm& started, random_source& random) {
    const auto padding = random.below(padding_limit);
    if (const auto reason = files_.replaced(measured, *started.arm, plan_.options))
        return take_failure(started, {.status = case_status::failed, .reason = *reason});
    const auto program = started.arm->of_base ? plan_.options.base.value().path : std::string();
    auto cell = cell_client::start(measured, *started.arm, padding, program);
    if (!cell) return take_failure(started, cell.error());
    started.cell = std::move(*cell);
    const auto said = started.cell->wait_answer(plan_.options.timeout_ns, "opened its session");
    frozen_ns_ += started.cell->take_frozen_ns();
    if (said)
        open_answered(started, *said);
    else
        take_failure(started, said.error());
}

bool block_runner::start_cells(const group& measured, std::vector<running_arm>& arms, random_source& random) {
    for (const auto& each : measured.arms) {
        auto id = case_id(measured, each);
        if (log_.state().find_case(id).active())
            arms.push_back({.arm = &each, .id = std::move(id), .cell = nullptr});
    }
    random.shuffle(arms);
    for (auto& each : arms) {
        start_cell(measured, each, random);
        if (interrupted_) return false;
    }
    return true;
}

bool block_runner::warm(const group& measured, std::vector<running_arm>& arms, random_source& random) {
    for (auto& each : arms) {
        if (!each.cell) continue;
        const warm_command command{.slice_ns = plan_.slice_ns_of(measured), .seed = random.next() >> 11};
        if (const auto said = ask<warmed_up>(each, command, "warmed up")) each.iterations = said->iterations;
        if (interrupted_) return false;
    }
    return true;
}

bool block_runner::measure(const group& measured, std::vector<running_arm>& arms, random_source& random) {
    look_at_cells(arms); // warm, each has bound its threads as it likes
    const auto order = slice_order_of_block(arms.size(), plan_.options.slices, random);
    if (!run_slices(arms, order, false, random)) return false;
    if (measured.workload->measures_latency &&
        !run_slices(arms, slice_order_of_block(arms.size(), 1, random), true, random))
        return false;
    look_at_cells(arms);
    return true;
}

void block_runner::look_at_cells(std::vector<running_arm>& arms) {
    for (auto& each : arms) {
        if (!each.cell) continue;
        const auto now = allowance_of(each.cell->process());
        if (each.allowed.cpus)
            if (auto change = allowance_change(each.allowed, now)) cell_change_ = std::move(change);
        each.allowed = now;
    }
}

std::uint64_t block_runner::iterations_of(const running_arm& asked, bool latency) {
    // A little more than needed: how many operations an iteration has may vary.
    constexpr std::uint64_t wanted = latency_counts::enough_for_p99 + latency_counts::enough_for_p99 / 5;
    constexpr std::uint64_t longest = 8; // slices
    if (!latency || asked.operations == 0 || asked.operations >= wanted) return asked.iterations;
    const std::uint64_t times = (wanted + asked.operations - 1) / asked.operations;
    return times <= longest ? times * asked.iterations : asked.iterations;
}

bool block_runner::settle() {
    const auto from_ns = now_ns();
    if (interrupt::sleep_ns(settle_ns)) return false;
    const auto slept_ns = now_ns() - from_ns;
    if (slept_ns > settle_ns + frozen_from_ns) frozen_ns_ += slept_ns - settle_ns;
    return true;
}

bool block_runner::run_slices(std::vector<running_arm>& arms, const std::vector<std::size_t>& order,
                              bool latency, random_source& random) {
    for (std::size_t turn = 0; turn < order.size(); ++turn) {
        auto& each = arms[order[turn]];
        const auto seed = random.next() >> 11;
        if (!each.cell) continue;
        if (!settle()) return false;
        const auto said = ask<slice_measured>(
            each, slice_command{.iterations = iterations_of(each, latency), .seed = seed, .latency = latency},
            "ran a slice");
        if (interrupted_) return false;
        if (!said) continue;
        each.operations = said->figures.operations;
        log_.record(slice_taken{.slice = {.case_id = each.id,
                                          .mode = latency ? slice_mode::latency : slice_mode::throughput,
                                          .figures = said->figures,
                                          .latency = std::nullopt},
                                .pause = said->pause,
                                .latency = said->latency});
    }
    return true;
}

bool block_runner::close(std::vector<running_arm>& arms) {
    for (auto& each : arms) {
        if (!each.cell) continue;
        const auto said = ask<session_closed>(each, close_command{}, "closed its session");
        if (interrupted_) return false;
        if (!said) continue;
        log_.record(case_changed{.case_id = each.id, .peak_rss_bytes = said->peak_rss_bytes});
        each.cell->finish(plan_.options.timeout_ns);
    }
    return true;
}

} // namespace bench
