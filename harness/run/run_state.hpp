// Everything that a run has measured so far, built from its events.
//
// The run and `--resume` share this path: a run records events, each goes to the journal and then in here; a
// resumed run reads the journal's events into the same state and goes on.
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/record/latency_counts.hpp"
#include "harness/record/pause_totals.hpp"
#include "harness/record/run_event.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// One case of the plan with what became of it.
struct case_state {
    const bench::group* group = nullptr;
    const bench::arm* arm = nullptr;
    std::string id;
    case_status status = case_status::not_run;
    std::optional<std::string> reason;
    named_texts knobs_effective;
    named_texts capabilities;
    latency_counts latency; ///< over the kept blocks
    std::optional<std::uint64_t> peak_rss_bytes;
    pause_totals pauses;

    /// Whether further blocks measure it.
    [[nodiscard]] bool active() const { return is_active(status); }
    /// Whether it makes the exit code 4.
    [[nodiscard]] bool failed() const { return is_failure(status); }
};

struct group_progress {
    std::uint64_t finished = 0; ///< whole blocks that were kept
    std::uint64_t dropped = 0;  ///< by the noise rule
    std::uint64_t begun = 0;
};

class run_state {
public:
    /// Refers to the plan, which must outlive it.
    explicit run_state(const plan& planned);
    run_state(const run_state&) = delete;
    run_state& operator=(const run_state&) = delete;

    /// A group that was planned later (a stage of a sweep); it must stay where it is.
    void add_group(const group& added);

    /// Takes one event in. Throws std::out_of_range for what no run writes: an unknown group or case.
    void apply(const run_event& event);

    /// Closes a block that was begun and never ended: its slices stay in the file, marked as dropped.
    void abandon_open_block(const std::string& reason);

    [[nodiscard]] const std::vector<case_state>& cases() const noexcept { return cases_; }
    [[nodiscard]] const case_state& find_case(const std::string& id) const { return cases_.at(index_.at(id)); }
    /// In the order of the run; an open block has no conditions yet.
    [[nodiscard]] const std::vector<block_record>& blocks() const noexcept { return blocks_; }
    [[nodiscard]] const group_progress& progress_of(const group& asked) const { return groups_.at(asked.name); }

private:
    void take(const block_begun& event);
    void take(const slice_taken& event);
    void take(const block_ended& event);
    void take(const case_changed& event);
    void take(const stage_begun&) {}

    case_state& case_of(const std::string& id) { return cases_.at(index_.at(id)); }

    std::vector<case_state> cases_;
    std::map<std::string, std::size_t> index_;
    std::map<std::string, group_progress> groups_;
    std::vector<block_record> blocks_;
    bool block_open_ = false;
    std::map<std::string, latency_counts> open_latencies_; ///< join the case only when the block is kept
};

} // namespace bench
