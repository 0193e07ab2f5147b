#include "harness/plan/plan_json.hpp"

#include "harness/plan/plugins.hpp"
#include "workloads/cases/all_workloads.hpp"

namespace bench {
namespace {

json arm_to_json(const arm& a) {
    return {{"arm", a.argument()}, {"injected_slowdown", or_null(a.injected_slowdown)}};
}

std::expected<group, std::string> group_from_json(const json& written) {
    const auto name = written.at("workload").get<std::string>();
    const auto* what = find_workload(name);
    if (what == nullptr) return std::unexpected("this build has no workload '" + name + "'");
    auto made = make_group(*what, written.at("parameters").get<std::vector<assignment>>());
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

json shard_to_json(const run_options& o) {
    if (!o.shard) return nullptr;
    return {{"index", o.shard->index}, {"count", o.shard->count}, {"plan", o.plan_digest}};
}

json plan_to_json(const plan& written) {
    const auto& o = written.options;
    json groups = json::array();
    for (const auto& g : written.groups) {
        json arms = json::array();
        for (const auto& a : g.arms) arms.push_back(arm_to_json(a));
        groups.push_back({{"workload", g.what->name}, {"parameters", g.given}, {"arms", arms}});
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
            {"base", o.base ? o.base->to_json() : json(nullptr)},
            {"shard", shard_to_json(o)},
            {"groups", groups}};
}

std::expected<plan, std::string> plan_from_json(const json& written) {
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
    if (const auto shard = written.find("shard"); shard != written.end() && !shard->is_null()) {
        o.shard = shard_of{shard->at("index").get<std::uint64_t>(), shard->at("count").get<std::uint64_t>()};
        o.plan_digest = shard->at("plan").get<std::string>();
    }
    if (const auto base = written.find("base"); base != written.end() && !base->is_null())
        o.base = base_build::from_json(*base);
    if (auto problem = add_plugins(o.plugins)) return std::unexpected(*problem);
    for (const auto& one : written.at("groups")) {
        auto made_group = group_from_json(one);
        if (!made_group) return std::unexpected(made_group.error());
        made.groups.push_back(std::move(*made_group));
    }
    return made;
}

} // namespace bench
