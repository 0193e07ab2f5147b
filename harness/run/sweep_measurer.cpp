#include "harness/run/sweep_measurer.hpp"

#include "harness/run/block_runner.hpp"
#include "harness/show/case_figures.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace bench {

sweep_measurer::sweep_measurer(const sweep_plan& planned, plan& stages, const run_output& output,
                               const begun_run& begun, run_state& state)
    : planned_(planned), stages_(stages), state_(state), log_(*begun.lines, state), files_(begun.header.files),
      allowed_(begun.header.environment),
      shown_(output.style, output.color,
             planned.options.blocks + planned.screen_blocks * planned.screening_sizes().size(),
             planned.estimate_ns()) {}

bool sweep_measurer::measure() {
    const bool whole = measure_all();
    state_.abandon_open_block("the sweep was interrupted in the middle of it");
    shown_.end();
    return whole;
}

bool sweep_measurer::measure_all() {
    std::vector<arm> left = planned_.points;
    const auto screenings = planned_.screening_sizes().size();
    for (std::size_t number = 1; number <= screenings && !left.empty(); ++number) {
        if (!measure_stage(stage_kind::screening, planned_.screening(number, left), planned_.screen_blocks))
            return false;
        const auto ranked = rank(stages_.groups.back());
        left.clear();
        for (const auto& kept : better_half(ranked)) left.push_back(kept.arm);
        if (number == screenings && left.size() > 1) left.resize(1); // points failed: the best of the rest
        record_ranking(ranked, left);
    }
    if (left.empty()) return true;
    winner_ = left.front().label();
    if (!measure_stage(stage_kind::confirmation, planned_.confirmation(left.front()), planned_.options.blocks))
        return false;
    record_ranking(rank(stages_.groups.back()), left);
    return true;
}

bool sweep_measurer::measure_stage(stage_kind kind, group made, std::uint64_t blocks) {
    stages_.groups.push_back(std::move(made)); // reserved: what the state points to stays where it is
    const auto& stage = stages_.groups.back();
    state_.add_group(stage);
    record_.push_back({.kind = kind, .group = stage.name, .blocks_planned = blocks, .points = {}});
    log_.record(stage_begun{record_.back()});
    quiet_wait quiet(planned_.options.quiet_limit_ns);
    block_runner runner(stages_, log_, quiet, files_);
    while (state_.progress_of(stage).finished < blocks) {
        if (!can_go_on(stage)) break;
        shown_.block_begins(stage.name, state_.progress_of(stage).begun);
        const auto ended = runner.run(stage);
        if (ended == block_runner::outcome::interrupted) return false;
        shown_.block_ended(stages_.estimate_block_ns(stage),
                           state_.blocks().back().conditions.noise.foreign_share,
                           ended == block_runner::outcome::kept);
        if (const auto change = allowed_.look(state_.blocks().back().conditions.allowed)) shown_.say(*change);
    }
    return true;
}

/// Whether the baseline and a point can still be measured: without both there is no ratio.
bool sweep_measurer::can_go_on(const group& stage) const {
    const auto active = [&](const arm& each) { return state_.find_case(case_id(stage, each)).active(); };
    return active(stage.arms.front()) && std::any_of(stage.arms.begin() + 1, stage.arms.end(), active);
}

/// Of each point of the stage, in the order of its arms, which the baseline heads.
std::vector<ranked_point> sweep_measurer::rank(const group& stage) const {
    const auto figures = figures_of(state_.blocks());
    const auto values = [&](const arm& asked) -> std::map<std::uint64_t, double> {
        const auto at = figures.find(case_id(stage, asked));
        if (at == figures.end()) return {};
        return stage.workload->judge == judged_by::cpu_time ? at->second.cpu_ns : at->second.wall_ns;
    };
    const auto base = values(stage.arms.front());
    std::vector<ranked_point> ranked;
    for (auto at = stage.arms.begin() + 1; at != stage.arms.end(); ++at) {
        ranked_point point{.arm = *at, .median_ratio = std::nullopt, .blocks = 0};
        std::vector<double> ratios;
        if (state_.find_case(case_id(stage, *at)).active())
            for (const auto& [block, value] : values(*at))
                if (const auto other = base.find(block); other != base.end() && other->second > 0)
                    ratios.push_back(value / other->second);
        point.blocks = ratios.size();
        if (!ratios.empty()) point.median_ratio = median_of(ratios);
        ranked.push_back(std::move(point));
    }
    return ranked;
}

void sweep_measurer::record_ranking(const std::vector<ranked_point>& ranked, const std::vector<arm>& kept) {
    for (const auto& point : ranked) {
        const auto label = point.arm.label();
        const bool goes_on = std::ranges::any_of(kept, [&](const arm& each) { return each.label() == label; });
        record_.back().points.push_back(
            {.arm = label, .median_ratio = point.median_ratio, .blocks = point.blocks, .kept = goes_on});
    }
}

} // namespace bench
