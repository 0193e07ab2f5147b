// Measures a sweep: stage after stage, each a group of its own with blocks of its own.
#include "harness/common/exit_codes.hpp"
#include "harness/common/text.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/result_file.hpp"
#include "harness/run/block_runner.hpp"
#include "harness/run/run_parts.hpp"
#include "harness/run/sweep.hpp"
#include "harness/show/case_figures.hpp"
#include "harness/show/summary.hpp"
#include "harness/show/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

class measured_sweep {
public:
    measured_sweep(const sweep_plan& planned, plan& stages, const run_output& output, begun_run begun)
        : planned_(planned), stages_(stages), output_(output), begun_(std::move(begun)), state_(stages),
          log_(*begun_.writes, state_),
          shown_(output.style, output.color,
                 planned.options.blocks + planned.screen_blocks * planned.screening_sizes().size(),
                 planned.estimate_ns()) {}

    int go() {
        const bool interrupted = !measure();
        state_.abandon_open_block("the sweep was interrupted in the middle of it");
        shown_.end();
        return finish(interrupted);
    }

private:
    /// False when interrupted. Without a figure for the baseline or any point there is no winner.
    bool measure() {
        std::vector<arm> left = planned_.points;
        const auto screenings = planned_.screening_sizes().size();
        for (std::size_t number = 1; number <= screenings && !left.empty(); ++number) {
            if (!measure_stage("screening", planned_.screening(number, left), planned_.screen_blocks))
                return false;
            const auto ranked = rank(stages_.groups.back());
            left.clear();
            for (const auto& kept : better_half(ranked)) left.push_back(kept.with);
            if (number == screenings && left.size() > 1) left.resize(1); // points failed: the best of the rest
            record_ranking(ranked, left);
        }
        if (left.empty()) return true;
        winner_ = left.front().label();
        if (!measure_stage("confirmation", planned_.confirmation(left.front()), planned_.options.blocks))
            return false;
        record_ranking(rank(stages_.groups.back()), left);
        return true;
    }

    bool measure_stage(const char* kind, group made, std::uint64_t blocks) {
        stages_.groups.push_back(std::move(made)); // reserved: what the state points to stays where it is
        const auto& g = stages_.groups.back();
        state_.add_group(g);
        record_.push_back(
            {{"kind", kind}, {"group", g.name}, {"blocks_planned", blocks}, {"points", json::array()}});
        log_.record({{"event", "stage"}, {"stage", record_.back()}});
        quiet_wait quiet(planned_.options.quiet_limit_ns);
        block_runner runner(stages_, log_, quiet);
        while (state_.progress_of(g).finished < blocks) {
            if (!can_go_on(g)) break;
            shown_.block_begins(g.name, state_.progress_of(g).begun);
            const auto ended = runner.run(g);
            if (ended == block_runner::outcome::interrupted) return false;
            const auto& foreign = state_.blocks().back().at("foreign_cpu_share");
            shown_.block_ended(stages_.estimate_block_ns(g),
                               foreign.is_null() ? std::nullopt : std::optional(foreign.get<double>()),
                               ended == block_runner::outcome::kept);
        }
        return true;
    }

    /// Whether the baseline and a point can still be measured: without both there is no ratio.
    bool can_go_on(const group& g) const {
        const auto active = [&](const arm& a) { return state_.find_case(case_id(g, a)).active(); };
        return active(g.arms.front()) && std::any_of(g.arms.begin() + 1, g.arms.end(), active);
    }

    /// Of each point of the stage, in the order of its arms, which the baseline heads.
    std::vector<ranked_point> rank(const group& g) const {
        const auto figures = figures_of({{"blocks", state_.blocks()}});
        const auto values = [&](const arm& a) -> std::map<std::uint64_t, double> {
            const auto at = figures.find(case_id(g, a));
            if (at == figures.end()) return {};
            return g.what->judge == judged_by::cpu_time ? at->second.cpu_ns : at->second.wall_ns;
        };
        const auto base = values(g.arms.front());
        std::vector<ranked_point> ranked;
        for (auto a = g.arms.begin() + 1; a != g.arms.end(); ++a) {
            ranked_point point{.with = *a, .median_ratio = std::nullopt, .blocks = 0};
            std::vector<double> ratios;
            if (state_.find_case(case_id(g, *a)).active())
                for (const auto& [block, value] : values(*a))
                    if (const auto other = base.find(block); other != base.end() && other->second > 0)
                        ratios.push_back(value / other->second);
            point.blocks = ratios.size();
            if (!ratios.empty()) point.median_ratio = median_of(ratios);
            ranked.push_back(std::move(point));
        }
        return ranked;
    }

    void record_ranking(const std::vector<ranked_point>& ranked, const std::vector<arm>& kept) {
        for (const auto& point : ranked) {
            const bool goes_on =
                std::ranges::any_of(kept, [&](const arm& a) { return a.label() == point.with.label(); });
            record_.back()["points"].push_back({{"arm", point.with.label()},
                                                {"median_ratio", or_null(point.median_ratio)},
                                                {"blocks", point.blocks},
                                                {"kept", goes_on}});
        }
    }

    json sweep_info() const {
        json knobs = json::array();
        for (const auto& knob : planned_.knobs) knobs.push_back({{"name", knob.name}, {"values", knob.values}});
        json contradictory = json::array();
        for (const auto& [label, reason] : planned_.contradictory)
            contradictory.push_back({{"arm", label}, {"reason", reason}});
        return {{"baseline", planned_.baseline.label()},
                {"combine", name_of(planned_.how)},
                {"knobs", knobs},
                {"left_out", planned_.left_out},
                {"contradictory", contradictory},
                {"stages", record_},
                {"winner", or_null(winner_)}};
    }

    int finish(bool interrupted) {
        auto run = begun_.header.at("run");
        run["status"] = interrupted ? "interrupted" : "complete";
        run["finished_unix_ns"] = unix_now_ns();
        run["sweep"] = sweep_info();
        auto document =
            make_result(begun_.header.at("tool"), run, begun_.header.at("environment"), stages_, state_);
        for (auto& one : document["cases"])
            if (one.at("status") == "not_run") one["reason"] = "the sweep ended before a whole block of it";
        const auto costs = overhead_of(document);
        document["warnings"] = make_warnings(document, costs, state_);
        const int stored = store_result(begun_.path, document, *begun_.writes);
        // A sweep is not resumed, so its journal is of no use once the file is there.
        if (stored == exit_ok) begun_.writes->remove();
        report(document, costs, interrupted);
        if (interrupted) return exit_interrupted;
        if (stored != exit_ok) return stored;
        const auto& cases = state_.cases();
        const bool valid =
            winner_ && std::ranges::none_of(cases, [](const case_state& c) { return c.failed(); });
        return valid ? exit_ok : exit_invalid;
    }

    void report(const json& document, const overhead& costs, bool interrupted) const {
        if (output_.json_on_stdout) {
            fmt::print("{}\n", one_line(document));
            return;
        }
        if (!output_.quiet)
            fmt::print("{}{}", ranking_text(), output_.verbose ? summarize(document, costs, true) : "");
        for (const auto& c : state_.cases())
            if (c.failed()) fmt::print(stderr, "{}: {}: {}\n", c.id, c.status, c.reason.value_or(""));
        if (interrupted) fmt::print(stderr, "interrupted; a sweep can't be resumed, start it again\n");
        if (!interrupted && !winner_)
            fmt::print(stderr, "there is no winner: the baseline or every point has no figure\n");
        if (winner_ && !interrupted && !output_.quiet)
            fmt::print("whether {} is better, with the interval: spargio-report compare {}\n", *winner_,
                       shell_quoted(begun_.path));
        fmt::print("result: {}\n", begun_.path);
    }

    std::string ranking_text() const {
        std::string text;
        std::size_t width = 0;
        for (const auto& point : planned_.points) width = std::max(width, point.label().size());
        for (const auto& stage : record_) {
            text +=
                fmt::format("{} ({}), {} / {}, median of the blocks:\n", stage.at("kind").get<std::string>(),
                            stage.at("group").get<std::string>(), "point", planned_.baseline.label());
            for (const auto& point : stage.at("points")) {
                const auto& ratio = point.at("median_ratio");
                text += fmt::format("  {:<{}}  {}  {} blocks{}\n", point.at("arm").get<std::string>(), width,
                                    ratio.is_null() ? "no figure" : fmt::format("{:.3f}x", ratio.get<double>()),
                                    point.at("blocks").get<std::uint64_t>(),
                                    stage.at("kind") == "screening" && point.at("kept") ? "  goes on" : "");
            }
        }
        return text;
    }

    const sweep_plan& planned_;
    plan& stages_;
    const run_output& output_;
    begun_run begun_;
    run_state state_;
    run_log log_;
    progress shown_;
    json record_ = json::array();
    std::optional<std::string> winner_;
};

} // namespace

int run_sweep(const sweep_plan& planned, const run_output& output) {
    plan stages{.options = planned.options, .groups = {}};
    stages.groups.reserve(planned.screening_sizes().size() + 1);
    auto begun = begin_run(stages, output, true);
    if (!begun) return complain(exit_usage, begun.error());
    return measured_sweep(planned, stages, output, std::move(*begun)).go();
}

} // namespace bench
