// Everything that a run has measured so far, built from its events.
//
// The run and `--resume` share this path: a run records events, each goes to the journal and then in here; a
// resumed run reads the journal's events into the same state and goes on.
#pragma once

#include "harness/common/json.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/latency_counts.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// One case of the plan with what became of it.
struct case_state {
    const group* of = nullptr;
    const arm* with = nullptr;
    std::string id;
    std::string status = "not_run";
    std::optional<std::string> reason;
    json knobs_effective = json::object();
    json capabilities = json::object();
    latency_counts latency;
    std::optional<std::uint64_t> peak_rss_bytes;
    std::uint64_t paused_cpu_ns = 0;
    std::uint64_t paused_wall_ns = 0;
    std::uint64_t pauses = 0;

    /// Whether further blocks measure it.
    [[nodiscard]] bool active() const { return status == "not_run" || status == "measured"; }
    /// Whether it makes the exit code 4.
    [[nodiscard]] bool failed() const {
        return !active() && status != "unsupported" && status != "unavailable";
    }
    /// CPU time in the pauses as a share of one CPU; none without a pause.
    [[nodiscard]] std::optional<double> paused_cpu_share() const;
    /// The same beyond the millisecond that a session may take to fall asleep (workloads/contract/backend.hpp),
    /// which disturbs nobody: the harness waits as long between slices.
    [[nodiscard]] double restless_share() const;
};

struct group_progress {
    std::uint64_t finished = 0; ///< whole blocks that were kept
    std::uint64_t dropped = 0;  ///< by the noise rule
    std::uint64_t begun = 0;
};

class run_state {
public:
    /// Refers to the plan, which must outlive it.
    explicit run_state(const plan& of);
    run_state(const run_state&) = delete;
    run_state& operator=(const run_state&) = delete;

    /// A group that was planned later (a stage of a sweep); it must stay where it is.
    void add_group(const group& g);

    /// Takes one event in. Throws json::exception or std::out_of_range for what no run writes.
    void apply(const json& event);

    /// Closes a block that was begun and never ended: its slices stay in the file, marked as dropped.
    void abandon_open_block(const std::string& why);

    [[nodiscard]] const std::vector<case_state>& cases() const noexcept { return cases_; }
    [[nodiscard]] const case_state& find_case(const std::string& id) const { return cases_.at(index_.at(id)); }
    /// Blocks as the result schema has them, in the order of the run.
    [[nodiscard]] const std::vector<json>& blocks() const noexcept { return blocks_; }
    [[nodiscard]] const group_progress& progress_of(const group& g) const { return groups_.at(g.name); }

private:
    void begin_block(const json& event);
    void take_slice(const json& event);
    void end_block(const json& event);
    void update_case(const json& event);

    std::vector<case_state> cases_;
    std::map<std::string, std::size_t> index_;
    std::map<std::string, group_progress> groups_;
    std::vector<json> blocks_;
    bool block_open_ = false;
    std::map<std::string, latency_counts> open_latencies_; ///< join the case only when the block is kept
};

} // namespace bench
