#include "harness/run/sweep.hpp"

#include "harness/common/names.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bench {
namespace {

using settings = std::vector<std::pair<std::string, std::string>>;
using setting_list = std::expected<std::vector<settings>, problem>;

std::optional<problem> check_knobs(const backend& asked, const std::vector<value_list>& knobs) {
    std::vector<std::string> names;
    for (const auto& knob : asked.knobs()) names.emplace_back(knob.name);
    if (names.empty())
        return problem{problem_code::impossible_plan, "",
                       fmt::format("backend '{}' has no knobs", asked.name()),
                       "`spargio-bench list knobs` shows those that have"};
    for (std::size_t i = 0; i < knobs.size(); ++i) {
        if (std::ranges::find(names, knobs[i].name) == names.end())
            return problem{problem_code::unknown_name, "",
                           fmt::format("backend '{}' has no knob '{}'", asked.name(), knobs[i].name),
                           did_you_mean(knobs[i].name, names) + " (`spargio-bench list knobs` shows them all)"};
        for (std::size_t j = 0; j < i; ++j)
            if (knobs[i].name == knobs[j].name)
                return problem{problem_code::bad_value, "",
                               fmt::format("knob '{}' is given twice", knobs[i].name),
                               fmt::format("give all its values at once, as -k {}=1,2", knobs[i].name)};
    }
    return std::nullopt;
}

std::vector<settings> one_at_a_time(const std::vector<value_list>& knobs) {
    std::vector<settings> all;
    for (const auto& knob : knobs)
        for (const auto& value : knob.values) all.push_back({{knob.name, value}});
    return all;
}

std::vector<settings> product(const std::vector<value_list>& knobs) {
    std::vector<settings> all{{}};
    for (const auto& knob : knobs) {
        std::vector<settings> longer;
        for (const auto& chosen : all)
            for (const auto& value : knob.values) {
                longer.push_back(chosen);
                longer.back().emplace_back(knob.name, value);
            }
        all = std::move(longer);
    }
    return all;
}

setting_list zip(const std::vector<value_list>& knobs) {
    const auto& first = knobs.front();
    for (const auto& knob : knobs)
        if (knob.values.size() != first.values.size())
            return refused(
                problem_code::bad_value, "",
                fmt::format("--combine zip takes the knobs' values side by side, but '{}' has {} and "
                            "'{}' has {}",
                            first.name, first.values.size(), knob.name, knob.values.size()),
                "give both as many, or --combine product");
    std::vector<settings> all(first.values.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& knob : knobs) all[i].emplace_back(knob.name, knob.values[i]);
    return all;
}

setting_list combine(combination combined, const std::vector<value_list>& knobs) {
    if (combined == combination::zip) return zip(knobs);
    return combined == combination::product ? product(knobs) : one_at_a_time(knobs);
}

/// Whether the backend takes a value in no point and not by itself either: then it is no contradiction, but a
/// mistake.
bool is_mistaken(const backend& asked, const std::pair<std::string, std::string>& value,
                 const std::vector<settings>& taken) {
    const auto holds = [&](const settings& one) { return std::ranges::find(one, value) != one.end(); };
    return std::ranges::none_of(taken, holds) && !asked.effective_knobs({value});
}

/// Fills in the points. One whose knobs contradict each other is left out with the reason; one that is the
/// baseline under another name, or stands there already, is left out.
std::optional<problem> add_points(sweep_plan& made) {
    const auto chosen = combine(made.combined, made.knobs);
    if (!chosen) return chosen.error();
    const auto& backend = *made.baseline.backend;
    std::set<knob_values> seen{backend.effective_knobs(made.baseline.knobs).value_or(made.baseline.knobs)};
    std::vector<settings> taken, refused;
    for (const auto& setting : *chosen) {
        arm point = made.baseline;
        point.injected_slowdown = std::nullopt;
        for (const auto& [name, value] : setting) point.knobs[name] = value;
        const auto effective = backend.effective_knobs(point.knobs);
        if (!effective) {
            refused.push_back(setting);
            made.contradictory.push_back({point.label(), effective.error()});
            continue;
        }
        taken.push_back(setting);
        if (!seen.insert(*effective).second) {
            made.left_out.push_back(point.label());
            continue;
        }
        made.points.push_back(std::move(point));
    }
    for (std::size_t i = 0; i < refused.size(); ++i)
        if (std::ranges::any_of(refused[i],
                                [&](const auto& value) { return is_mistaken(backend, value, taken); }))
            return problem{problem_code::bad_value, fmt::format("arm '{}'", made.contradictory[i].arm),
                           made.contradictory[i].reason};
    if (taken.empty())
        return problem{
            problem_code::impossible_plan, "", "the knobs of every point contradict each other",
            fmt::format("arm '{}': {}", made.contradictory.front().arm, made.contradictory.front().reason)};
    if (made.points.empty())
        return problem{problem_code::impossible_plan, "",
                       fmt::format("every point is the baseline {}", made.baseline.label()),
                       "give a value that is not the default (`spargio-bench list knobs` shows them)"};
    return std::nullopt;
}

std::optional<problem> inject(const std::vector<injection>& asked, sweep_plan& made) {
    for (const auto& injected : asked) {
        std::vector<std::string> labels{made.baseline.label()};
        if (injected.arm == labels.front()) {
            made.baseline.injected_slowdown = injected.share;
            continue;
        }
        for (const auto& point : made.points) labels.push_back(point.label());
        const auto at = std::ranges::find(made.points, injected.arm, &arm::label);
        if (at == made.points.end())
            return problem{problem_code::unknown_name, "--inject",
                           fmt::format("there is no arm '{}' in the sweep", injected.arm),
                           did_you_mean(injected.arm, labels)};
        at->injected_slowdown = injected.share;
    }
    return std::nullopt;
}

} // namespace

combination combination_of(const std::string& flag) {
    if (flag == "product") return combination::product;
    return flag == "zip" ? combination::zip : combination::one_at_a_time;
}

std::string name_of(combination combined) {
    if (combined == combination::product) return "product";
    return combined == combination::zip ? "zip" : "ofat";
}

std::expected<sweep_plan, problem> plan_sweep(const sweep_request& request) {
    // The lookup of workload, parameters and arm is that of a run; only the knobs are multiplied out here.
    run_request base = request.run;
    const auto knobs = base.groups.front().knobs;
    base.groups.front().knobs.clear();
    base.injections.clear();
    auto looked_up = make_plan(base);
    if (!looked_up) return std::unexpected(looked_up.error());
    if (looked_up->case_count() != 1)
        return refused(
            problem_code::impossible_plan, "",
            fmt::format("sweep wants one workload with one set of parameters and one backend, not {} "
                        "cases",
                        looked_up->case_count()),
            "run one sweep after the other");
    sweep_plan made{.options = request.run.options,
                    .base = looked_up->groups.front(),
                    .baseline = looked_up->groups.front().arms.front(),
                    .points = {},
                    .knobs = knobs,
                    .left_out = {},
                    .contradictory = {},
                    .combined = request.combined,
                    .screen_blocks = request.screen_blocks};
    made.base.arms.clear();
    made.base.occurrences.clear();
    if (auto found = check_knobs(*made.baseline.backend, knobs)) return std::unexpected(*std::move(found));
    if (auto found = add_points(made)) return std::unexpected(*std::move(found));
    if (auto found = inject(request.run.injections, made)) return std::unexpected(*std::move(found));
    return made;
}

std::vector<std::size_t> sweep_plan::screening_sizes() const {
    std::vector<std::size_t> sizes{points.size()};
    while (sizes.back() > 2) sizes.push_back((sizes.back() + 1) / 2);
    return sizes;
}

group sweep_plan::screening(std::size_t number, const std::vector<arm>& of_points) const {
    group made = base;
    made.name += fmt::format("@screen{}", number);
    add_arm(made, baseline);
    for (const auto& point : of_points) add_arm(made, point);
    return made;
}

group sweep_plan::confirmation(const arm& winner) const {
    group made = base;
    add_arm(made, baseline);
    add_arm(made, winner);
    return made;
}

std::uint64_t sweep_plan::estimate_ns() const {
    const plan times{.options = options, .groups = {}};
    std::uint64_t sum = options.blocks * times.estimate_block_ns(confirmation(points.front()));
    for (const auto size : screening_sizes())
        sum += screen_blocks * times.estimate_block_ns(screening(
                                   1, {points.begin(), points.begin() + static_cast<std::ptrdiff_t>(size)}));
    return sum;
}

std::string describe_sweep(const sweep_plan& planned) {
    std::string text = fmt::format("{}: sweep of {} against {}, {} points ({})\n", planned.base.name,
                                   planned.baseline.backend->name(), planned.baseline.label(),
                                   planned.points.size(), name_of(planned.combined));
    for (const auto& point : planned.points) text += fmt::format("  {}\n", point.label());
    if (!planned.left_out.empty())
        text += fmt::format("left out, the same as the baseline or as another point: {}\n",
                            join(planned.left_out, ", "));
    for (const auto& [label, reason] : planned.contradictory)
        text += fmt::format("left out, its knobs contradict each other: {}: {}\n", label, reason);
    std::size_t number = 0;
    for (const auto size : planned.screening_sizes())
        text += fmt::format("screening {}: {} point{} and the baseline, {} blocks; the better half goes on\n",
                            ++number, size, size == 1 ? "" : "s", planned.screen_blocks);
    text +=
        fmt::format("confirmation: the best point and the baseline, {} fresh blocks\n", planned.options.blocks);
    return text + fmt::format("{} slices of {} ms an arm and block; about {}\n", planned.options.slices,
                              planned.options.slice_ns / 1'000'000, format_left(planned.estimate_ns()));
}

std::vector<ranked_point> better_half(std::vector<ranked_point> points) {
    const auto keep = std::max<std::size_t>(1, points.size() > 2 ? (points.size() + 1) / 2 : 1);
    std::erase_if(points, [](const ranked_point& one) { return !one.median_ratio; });
    std::ranges::sort(points, {}, [](const ranked_point& one) { return *one.median_ratio; });
    if (points.size() > keep) points.erase(points.begin() + static_cast<std::ptrdiff_t>(keep), points.end());
    return points;
}

} // namespace bench
