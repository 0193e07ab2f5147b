// What a run will do: groups of arms, how many blocks of what, in which order of magnitude of time (M1).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/arm.hpp"
#include "harness/record/run_record.hpp"
#include "workloads/contract/workload.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// The `index`th of `count` parts of a plan, from 1.
struct plan_part {
    std::uint64_t index = 1;
    std::uint64_t count = 1;
    bool operator==(const plan_part&) const = default;
};

/// How a run measures. Durations in ns.
struct run_options {
    std::optional<std::string> title;
    std::uint64_t blocks = 10;                    ///< of each group
    std::uint64_t slices = 4;                     ///< judged slices of each arm in a block
    std::uint64_t slice_ns = 20'000'000;          ///< what a slice is calibrated to
    std::uint64_t timeout_ns = 10'000'000'000;    ///< of each answer of a cell
    std::uint64_t quiet_limit_ns = 2'000'000'000; ///< longest wait for quiet before a block
    std::optional<std::uint64_t> budget_ns;       ///< no round starts that would not fit
    std::uint64_t seed = 0;
    std::vector<int> cpus;                 ///< empty: as inherited
    std::vector<std::string> plugins;      ///< paths of shared libraries, each a backend more
    std::optional<base_build_record> base; ///< the build that arms `NAME@base` are of
    std::optional<plan_part> part;         ///< `--shard`: only this part of the plan
    std::string plan_digest;               ///< of the whole plan, where a part of it is measured
};

/// A parameter with the values that it shall take: one group for each.
struct value_list {
    std::string name;
    std::vector<std::string> values;
};

/// What the user asked for, before anything is looked up.
struct group_request {
    std::string workload; ///< a name or a glob
    std::vector<value_list> parameters;
    std::vector<std::string> arms; ///< empty: every backend with its own knobs
    std::vector<value_list> knobs; ///< product over the arms that have the knob
    std::string place;             ///< where it stands, for messages: "quick.toml:7:1" or "the command line"
    bool skip_undeclared = false;  ///< parameters apply to those workloads of a glob that have them
};

struct injection {
    std::string arm;
    double share = 0;
};

struct run_request {
    run_options options;
    std::vector<group_request> groups;
    std::vector<std::string> filters;  ///< any must match a case id; empty: all
    std::vector<std::string> excludes; ///< none may match
    std::vector<injection> injections;
};

/// Cases with the same workload and parameters: they are compared with each other.
struct group {
    std::string name; ///< `ping_pong/one_way_drain?batch=64`: only what differs from the defaults
    const bench::workload* workload = nullptr;
    std::vector<assignment> given; ///< only what differs from the defaults
    parameters values;             ///< all of them
    std::vector<arm> arms;
    /// How many arms of each label were added, without their numbers: what the next one is numbered by.
    std::map<std::string, unsigned> occurrences = {};
};

struct plan {
    run_options options;
    std::vector<group> groups;

    [[nodiscard]] std::size_t case_count() const;
    /// What a slice of `g` is calibrated to. Five times as long where CPU time is judged: one sleep of more
    /// than a few ms and the wake from it cost the sleeper up to 50 us on a virtual machine, a quarter of a
    /// percent of 20 ms.
    [[nodiscard]] std::uint64_t slice_ns_of(const group& g) const;
    /// Expected duration of the whole run.
    [[nodiscard]] std::uint64_t estimate_ns() const;
    /// Expected duration of one block of `g`.
    [[nodiscard]] std::uint64_t estimate_block_ns(const group& g) const;
};

[[nodiscard]] std::string case_id(const group& g, const arm& a);

/// A group with its name and full parameter set. Error: names the parameter and what is legal.
[[nodiscard]] std::expected<group, problem> make_group(const workload& measured, std::vector<assignment> given);

/// Appends an arm; one that stands there already becomes `#2`, `#3`. Takes as long however many there are.
void add_arm(group& to, arm added);

/// Looks everything up, multiplies it out and filters. Error: one message with the place and the remedy.
[[nodiscard]] std::expected<plan, problem> make_plan(const run_request& request);

} // namespace bench
