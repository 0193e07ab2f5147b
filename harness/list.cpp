#include "harness/list.hpp"

#include "backends/registry.hpp"
#include "harness/exit_codes.hpp"

#include <fmt/format.h>

namespace bench {
namespace {

void list_workloads() {
    for (const auto& w : all_workloads()) {
        fmt::print("{:<24}  {} (per {}{})\n", w.name, w.summary, w.operation,
                   w.judge == judged_by::cpu_time ? ", judged by CPU time" : "");
        const auto defaults = parameters::make(w.parameters, {});
        for (const auto& spec : w.parameters)
            fmt::print("{:<24}    -p {}={}  {}\n", "", spec.name, defaults ? defaults->text(spec.name) : "?",
                       spec.help);
    }
}

void list_backends() {
    static constexpr const char* kinds[] = {"ours", "rival", "floor"};
    for (const auto* b : all_backends()) {
        fmt::print("{:<12}  {:<6}  {}  {}\n", b->name(), kinds[static_cast<std::size_t>(b->kind())],
                   b->version(), b->summary());
        if (const auto lack = b->lack()) fmt::print("{:<12}  {:<6}  {}\n", "", "", *lack);
    }
}

void list_knobs() {
    for (const auto* b : all_backends())
        for (const auto& knob : b->knobs())
            fmt::print("{:<12}  -k {}={}  {}{} ({})\n", b->name(), knob.name, knob.initial, knob.range,
                       knob.unit.empty() ? "" : " " + knob.unit, knob.help);
}

} // namespace

int run_list(const std::string& what, const plan& cases) {
    if (what.empty() || what == "workloads") list_workloads();
    if (what.empty()) fmt::print("\n");
    if (what.empty() || what == "backends") list_backends();
    if (what == "knobs") list_knobs();
    if (what == "cases")
        for (const auto& g : cases.groups)
            for (const auto& a : g.arms) fmt::print("{}\n", case_id(g, a));
    return exit_ok;
}

} // namespace bench
