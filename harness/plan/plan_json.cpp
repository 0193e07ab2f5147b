#include "harness/plan/plan_json.hpp"

#include "harness/plan/plugins.hpp"
#include "harness/record/json/reader.hpp"
#include "harness/record/json/run.hpp"
#include "workloads/cases/all_workloads.hpp"

namespace bench {
namespace {

json arm_to_json(const arm& a) {
    return {{"arm", a.argument()}, {"injected_slowdown", or_null(a.injected_slowdown)}};
}

std::expected<group, problem> group_from_json(const json& written) {
    const auto name = written.at("workload").get<std::string>();
    const auto* known = find_workload(name);
    if (known == nullptr)
        return refused(problem_code::unknown_name, "", "this build has no workload '" + name + "'");
    auto made = make_group(*known, written.at("parameters").get<std::vector<assignment>>());
    if (!made) return made;
    for (const auto& one : written.at("arms")) {
        auto read = parse_arm(one.at("arm").get<std::string>());
        if (!read) return std::unexpected(read.error());
        if (const auto& slowdown = one.at("injected_slowdown"); !slowdown.is_null())
            read->injected_slowdown = slowdown.get<double>();
        add_arm(*made, std::move(*read));
    }
    return made;
}

} // namespace

std::optional<plan_part_record> part_of(const run_options& options) {
    if (!options.part) return std::nullopt;
    return plan_part_record{
        .index = options.part->index, .count = options.part->count, .plan = options.plan_digest};
}

json plan_to_json(const plan& written) {
    const auto& o = written.options;
    json groups = json::array();
    for (const auto& g : written.groups) {
        json arms = json::array();
        for (const auto& a : g.arms) arms.push_back(arm_to_json(a));
        groups.push_back({{"workload", g.workload->name}, {"parameters", g.given}, {"arms", arms}});
    }
    return {{"title", or_null(o.title)},
            {"blocks", o.blocks},
            {"slices", o.slices},
            {"slice_ns", o.slice_ns},
            {"timeout_ns", o.timeout_ns},
            {"quiet_limit_ns", o.quiet_limit_ns},
            {"budget_ns", or_null(o.budget_ns)},
            {"seed", o.seed},
            {"cpus", o.cpus},
            {"plugins", o.plugins},
            {"base", to_json_or_null(o.base)},
            {"shard", to_json_or_null(part_of(o))},
            {"groups", groups}};
}

std::expected<plan, problem> plan_from_json(const json& written) {
    plan made;
    auto& o = made.options;
    if (!written.at("title").is_null()) o.title = written.at("title").get<std::string>();
    o.blocks = written.at("blocks").get<std::uint64_t>();
    o.slices = written.at("slices").get<std::uint64_t>();
    o.slice_ns = written.at("slice_ns").get<std::uint64_t>();
    o.timeout_ns = written.at("timeout_ns").get<std::uint64_t>();
    o.quiet_limit_ns = written.at("quiet_limit_ns").get<std::uint64_t>();
    if (!written.at("budget_ns").is_null()) o.budget_ns = written.at("budget_ns").get<std::uint64_t>();
    o.seed = written.at("seed").get<std::uint64_t>();
    o.cpus = written.at("cpus").get<std::vector<int>>();
    o.plugins = written.at("plugins").get<std::vector<std::string>>();
    if (const auto part = written.find("shard"); part != written.end() && !part->is_null()) {
        const auto read = plan_part_from_json(*part);
        o.part = plan_part{read.index, read.count};
        o.plan_digest = read.plan;
    }
    if (const auto base = written.find("base"); base != written.end() && !base->is_null())
        o.base = base_build_from_json(*base);
    if (auto found = add_plugins(o.plugins)) return std::unexpected(*std::move(found));
    for (const auto& one : written.at("groups")) {
        auto made_group = group_from_json(one);
        if (!made_group) return std::unexpected(made_group.error());
        made.groups.push_back(std::move(*made_group));
    }
    return made;
}

} // namespace bench
