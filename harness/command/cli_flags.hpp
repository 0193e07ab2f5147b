// The flags of the commands that plan something, each with the kind of value it takes. Help and completion both
// read that kind: `ARM` stands in the one and is what the other offers.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What the flags of `list`, `run`, `ab` and `sweep` say, before defaults.
struct run_flags {
    std::string matrix_path;
    std::vector<std::string> workloads, backends, parameters, knobs, filters, excludes, injections, plugins;
    std::optional<std::uint64_t> blocks, slices, slice_ms;
    std::string seed, budget, timeout, quiet_wait, cpus, baseline, shard, output, resume,
        format = "table", color = "auto", progress = "auto";
    std::string arm_a, arm_b, combine = "ofat";
    std::uint64_t screen_blocks = 6;
    bool plan_only = false, quiet = false, verbose = false;
};

/// Kinds of values, as --help prints them, for which completion has something to offer. A choice is `{a,b}`.
namespace takes {
inline constexpr const char* workload = "WORKLOAD";
inline constexpr const char* arm = "ARM";
inline constexpr const char* knob = "KNOB=V1,V2";
inline constexpr const char* matrix = "MATRIX";
inline constexpr const char* file = "FILE";
} // namespace takes

/// An option that takes one value each time it is given, and may be given often.
CLI::Option* repeatable(CLI::App& app, const char* names, std::vector<std::string>& into, const char* kind,
                        const char* help);

/// An option that takes one of these words.
CLI::Option* chosen(CLI::App& app, const char* names, std::string& into, const std::vector<std::string>& words,
                    const std::string& help);

void add_plugin_flag(CLI::App& app, std::vector<std::string>& into);
void add_filter_flags(CLI::App& app, run_flags& f);
void add_measuring_flags(CLI::App& app, run_flags& f, int default_blocks);
void add_ab_flags(CLI::App& app, run_flags& f);
void add_sweep_flags(CLI::App& app, run_flags& f);

} // namespace bench
