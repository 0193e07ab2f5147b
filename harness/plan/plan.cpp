#include "harness/plan/plan.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/names.hpp"
#include "harness/common/text.hpp"
#include "harness/plan/plan_part.hpp"
#include "workloads/cases/all_workloads.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

using arm_list = std::expected<std::vector<arm>, problem>;

std::expected<std::vector<const workload*>, problem> find_workloads(const std::string& pattern) {
    std::vector<const workload*> found;
    std::vector<std::string> names;
    for (const auto& w : all_workloads()) {
        names.emplace_back(w.name);
        if (matches_whole(pattern, w.name)) found.push_back(&w);
    }
    if (found.empty())
        return refused(problem_code::unknown_name, "", fmt::format("there is no workload '{}'", pattern),
                       did_you_mean(pattern, names));
    return found;
}

bool declares(const workload& asked, std::string_view parameter) {
    return std::ranges::find(asked.parameters, parameter, &parameter_spec::name) != asked.parameters.end();
}

bool has_knob(const backend& of, std::string_view knob) {
    const auto knobs = of.knobs();
    return std::ranges::find(knobs, knob, &knob_spec::name) != knobs.end();
}

std::vector<std::vector<assignment>> products(const std::vector<value_list>& lists) {
    std::vector<std::vector<assignment>> all{{}};
    for (const auto& list : lists) {
        std::vector<std::vector<assignment>> longer;
        for (const auto& chosen : all)
            for (const auto& value : list.values) {
                longer.push_back(chosen);
                longer.back().emplace_back(list.name, value);
            }
        all = std::move(longer);
    }
    return all;
}

arm_list named_arms(const group_request& request) {
    std::vector<arm> arms;
    if (request.arms.empty())
        for (auto* b : all_backends()) arms.push_back({.backend = b, .knobs = {}});
    for (const auto& text : request.arms) {
        auto read = parse_arm(text);
        if (!read) return std::unexpected(read.error());
        arms.push_back(std::move(*read));
    }
    return arms;
}

/// Every arm once for each combination of the knobs that its backend has.
arm_list multiply_knobs(const std::vector<arm>& arms, const std::vector<value_list>& knobs) {
    for (const auto& knob : knobs)
        if (std::ranges::none_of(arms, [&](const arm& a) { return has_knob(*a.backend, knob.name); }))
            return refused(problem_code::unknown_name, "",
                           fmt::format("no chosen backend has a knob '{}'", knob.name),
                           "`spargio-bench list knobs` shows them all");
    std::vector<arm> all;
    for (const auto& base : arms) {
        std::vector<value_list> own;
        for (const auto& knob : knobs)
            if (has_knob(*base.backend, knob.name)) own.push_back(knob);
        for (const auto& chosen : products(own)) {
            arm made = base;
            for (const auto& [name, value] : chosen) made.knobs[name] = value;
            if (const auto legal = made.backend->effective_knobs(made.knobs); !legal)
                return refused(problem_code::bad_value, fmt::format("arm '{}'", made.label()), legal.error());
            all.push_back(std::move(made));
        }
    }
    return all;
}

std::vector<value_list> own_parameters(const group_request& request, const workload& chosen) {
    if (!request.skip_undeclared) return request.parameters;
    std::vector<value_list> own;
    for (const auto& list : request.parameters)
        if (declares(chosen, list.name)) own.push_back(list);
    return own;
}

std::optional<problem> expand_group(const group_request& request, plan& into) {
    const auto at = [&](problem found) { return within(request.place, std::move(found)); };
    const auto workloads = find_workloads(request.workload);
    if (!workloads) return at(workloads.error());
    for (const auto& list : request.parameters)
        if (request.skip_undeclared &&
            std::ranges::none_of(*workloads, [&](const workload* w) { return declares(*w, list.name); }))
            return at({problem_code::unknown_name, "",
                       fmt::format("no chosen workload has a parameter '{}'", list.name),
                       "`spargio-bench list workloads` shows them all"});
    const auto named = named_arms(request);
    if (!named) return at(named.error());
    const auto arms = multiply_knobs(*named, request.knobs);
    if (!arms) return at(arms.error());
    for (const auto* each : *workloads) {
        for (auto& given : products(own_parameters(request, *each))) {
            auto made = make_group(*each, std::move(given));
            if (!made) return at(within(fmt::format("workload {}", each->name), made.error()));
            if (std::ranges::find(into.groups, made->name, &group::name) != into.groups.end())
                return at({problem_code::impossible_plan, "", made->name + " stands there twice",
                           "put all its arms into one group"});
            for (const auto& a : *arms) add_arm(*made, a);
            into.groups.push_back(std::move(*made));
        }
    }
    return std::nullopt;
}

std::vector<std::string> case_ids(const plan& of) {
    std::vector<std::string> ids;
    for (const auto& g : of.groups)
        for (const auto& a : g.arms) ids.push_back(case_id(g, a));
    return ids;
}

std::optional<problem> filter(const run_request& request, plan& made) {
    const auto ids = case_ids(made);
    for (const auto& [flag, patterns] :
         {std::pair{"--filter", &request.filters}, std::pair{"--exclude", &request.excludes}})
        for (const auto& pattern : *patterns)
            if (std::ranges::none_of(ids, [&](const auto& id) { return matches(pattern, id); }))
                return problem{problem_code::unknown_name, "",
                               fmt::format("{} '{}' matches no case", flag, pattern),
                               did_you_mean(pattern, ids) + " (`spargio-bench list cases` shows them all)"};
    const auto any = [](const std::vector<std::string>& patterns, const std::string& id) {
        return std::ranges::any_of(patterns, [&](const auto& p) { return matches(p, id); });
    };
    for (auto& g : made.groups)
        std::erase_if(g.arms, [&](const arm& a) {
            const auto id = case_id(g, a);
            return (!request.filters.empty() && !any(request.filters, id)) || any(request.excludes, id);
        });
    std::erase_if(made.groups, [](const group& g) { return g.arms.empty(); });
    if (made.groups.empty())
        return problem{problem_code::impossible_plan, "", "the filters leave no case",
                       "loosen --filter or --exclude"};
    return std::nullopt;
}

/// With a base build every arm of ours gets its twin, unless the user has named some himself.
std::optional<problem> take_base(plan& made) {
    const auto of_base = [](const arm& a) { return a.of_base; };
    const bool named =
        std::ranges::any_of(made.groups, [&](const group& g) { return std::ranges::any_of(g.arms, of_base); });
    if (!made.options.base) {
        if (!named) return std::nullopt;
        return problem{problem_code::bad_base_build, "",
                       "an arm `NAME@base` needs the build that it is of: --baseline PATH (a spargio-bench)"};
    }
    if (named) return std::nullopt;
    bool any = false;
    for (auto& g : made.groups) {
        const auto arms = g.arms;
        for (const auto& each : arms) {
            if (each.backend->kind() != backend_kind::ours || each.occurrence != 1) continue;
            arm twin = each;
            twin.of_base = true;
            add_arm(g, std::move(twin));
            any = true;
        }
    }
    if (any) return std::nullopt;
    return problem{problem_code::bad_base_build, "--baseline", "no arm of the plan is ours, so none has a base",
                   "name one, as -b NAME@base"};
}

std::optional<problem> inject(const run_request& request, plan& made) {
    for (const auto& injected : request.injections) {
        bool found = false;
        std::vector<std::string> labels;
        for (auto& g : made.groups)
            for (auto& a : g.arms) {
                labels.push_back(a.label());
                if (a.label() != injected.arm) continue;
                a.injected_slowdown = injected.share;
                found = true;
            }
        if (!found)
            return problem{problem_code::unknown_name, "--inject",
                           fmt::format("there is no arm '{}' in the plan", injected.arm),
                           did_you_mean(injected.arm, labels)};
    }
    return std::nullopt;
}

} // namespace

std::string case_id(const group& g, const arm& a) { return g.name + "|" + a.label(); }

std::expected<group, problem> make_group(const workload& measured, std::vector<assignment> given) {
    auto values = parameters::make(measured.parameters, given);
    if (!values) return refused(problem_code::bad_value, "", values.error());
    group made{.name = std::string(measured.name),
               .workload = &measured,
               .given = {},
               .values = std::move(*values),
               .arms = {}};
    for (const auto& [spec, value] : made.values.entries()) {
        if (value == spec.initial) continue;
        made.name +=
            (made.given.empty() ? "?" : "&") + std::string(spec.name) + "=" + made.values.text(spec.name);
        made.given.emplace_back(spec.name, made.values.text(spec.name));
    }
    return made;
}

void add_arm(group& to, arm added) {
    added.occurrence = 1;
    added.occurrence = ++to.occurrences[added.label()];
    to.arms.push_back(std::move(added));
}

std::expected<plan, problem> make_plan(const run_request& request) {
    plan made{.options = request.options, .groups = {}};
    for (const auto& g : request.groups)
        if (auto found = expand_group(g, made)) return std::unexpected(*std::move(found));
    if (auto found = take_base(made)) return std::unexpected(*std::move(found));
    if (auto found = filter(request, made)) return std::unexpected(*std::move(found));
    if (auto found = inject(request, made)) return std::unexpected(*std::move(found));
    if (made.options.part) {
        made.options.plan_digest = plan_digest(made);
        if (auto found = keep_part(made, *made.options.part)) return std::unexpected(*std::move(found));
    }
    return made;
}

std::size_t plan::case_count() const {
    std::size_t count = 0;
    for (const auto& g : groups) count += g.arms.size();
    return count;
}

std::uint64_t plan::slice_ns_of(const group& g) const {
    return g.workload->judge == judged_by::cpu_time ? 5 * options.slice_ns : options.slice_ns;
}

std::uint64_t plan::estimate_block_ns(const group& g) const {
    // Start, warm-up (about four slices) and closing of a process, one slice for latency, and the probes.
    constexpr std::uint64_t process_ns = 15'000'000;
    constexpr std::uint64_t probes_ns = 15'000'000;
    const std::uint64_t slices = options.slices + 4 + (g.workload->measures_latency ? 1 : 0);
    return probes_ns + g.arms.size() * (process_ns + slices * (slice_ns_of(g) + 1'500'000));
}

std::uint64_t plan::estimate_ns() const {
    std::uint64_t sum = 0;
    for (const auto& g : groups) sum += options.blocks * estimate_block_ns(g);
    return sum;
}

} // namespace bench
