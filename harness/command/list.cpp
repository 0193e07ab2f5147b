#include "harness/command/list.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/output.hpp"
#include "workloads/cases/all_workloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace bench {
namespace {

using backends = std::vector<const backend*>;

bool holds(const plan& cases, const workload& asked) {
    return std::ranges::any_of(cases.groups, [&](const group& g) { return g.workload == &asked; });
}

bool holds(const plan& cases, const backend* one) {
    return std::ranges::any_of(cases.groups, [&](const group& g) {
        return std::ranges::any_of(g.arms, [&](const arm& a) { return a.backend == one; });
    });
}

backends chosen_backends(const plan& cases) {
    backends chosen;
    for (const auto* one : all_backends())
        if (holds(cases, one)) chosen.push_back(one);
    return chosen;
}

void list_workloads(const plan& cases, bool names_only) {
    for (const auto& w : all_workloads()) {
        if (!holds(cases, w)) continue;
        if (names_only) {
            say("{}\n", w.name);
            continue;
        }
        say("{:<24}  {} (per {}{})\n", w.name, w.summary, w.operation,
            w.judge == judged_by::cpu_time ? ", judged by CPU time" : "");
        const auto defaults = parameters::make(w.parameters, {});
        for (const auto& spec : w.parameters)
            say("{:<24}    -p {}={}  {}\n", "", spec.name, defaults ? defaults->text(spec.name) : "?",
                spec.help);
    }
}

void list_backends(const backends& all, bool names_only) {
    for (const auto* b : all) {
        if (names_only) {
            say("{}\n", b->name());
            continue;
        }
        const auto standing = b->kind() == backend_kind::ours ? "ours" : word_of(b->standing());
        say("{:<12}  {:<10}  {}  {}\n", b->name(), standing, b->version(), b->summary());
        if (const auto lack = b->lack()) say("{:<12}  {:<10}  {}\n", "", "", *lack);
    }
}

void list_knobs(const backends& all) {
    for (const auto* b : all)
        for (const auto& knob : b->knobs())
            say("{:<12}  -k {}={}  {}{} ({})\n", b->name(), knob.name, knob.initial, knob.range,
                knob.unit.empty() ? "" : " " + knob.unit, knob.help);
}

/// Several backends may have a knob of one name.
void list_knob_names(const backends& all) {
    std::set<std::string> names;
    for (const auto* b : all)
        for (const auto& knob : b->knobs()) names.insert(knob.name);
    for (const auto& name : names) say("{}\n", name);
}

} // namespace

int run_list(const std::string& topic, bool names_only, const plan& cases) {
    const auto chosen = chosen_backends(cases);
    if (topic.empty() || topic == "workloads") list_workloads(cases, names_only);
    if (topic.empty() && !names_only) say("\n");
    if (topic.empty() || topic == "backends") list_backends(chosen, names_only);
    if (topic == "knobs") names_only ? list_knob_names(chosen) : list_knobs(chosen);
    if (topic == "cases")
        for (const auto& g : cases.groups)
            for (const auto& a : g.arms) say("{}\n", case_id(g, a));
    return exit_ok;
}

} // namespace bench
