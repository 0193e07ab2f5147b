// Measures the blocks of a plan in their seeded order, and shows how far it is.
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/run/allowance_watch.hpp"
#include "harness/run/block_runner.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/round_budget.hpp"
#include "harness/run/run.hpp"
#include "harness/run/run_begin.hpp"
#include "harness/run/run_log.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace bench {

class plan_measurer {
public:
    /// All must outlive it.
    plan_measurer(const plan& planned, const run_output& output, const begun_run& begun, run_state& state);

    enum class outcome { whole, interrupted, budget_spent };

    /// Measures what is left of the plan. The budget counts as spent where it cost a case some of its blocks.
    outcome measure();

private:
    bool has_active_case(const group& asked) const;
    /// What is left to do, in order: one group number a block.
    std::deque<std::size_t> queue() const;
    /// How many of these blocks each group measures; no more than `most` of each.
    std::vector<std::uint64_t> count_of_each(const std::deque<std::size_t>& left, std::uint64_t most) const;
    /// Asked before each block, and it decides where the block begins a round: false when a further round has
    /// no room in the budget. Takes out of `left` the groups that are given up. The first round shows whether
    /// every case works and what it costs, so only a budget that does not hold that round gives up groups
    /// before it.
    bool has_room(std::deque<std::size_t>& left);
    outcome measure_blocks();
    void after_block(const group& measured, block_runner::outcome ended);
    void report_journal_problem();

    const plan& planned_;
    journal& journal_;
    run_state& state_;
    run_log log_;
    measured_files files_;
    allowance_watch allowed_;
    progress shown_;
    std::optional<round_budget> budget_;
    std::uint64_t rounds_begun_ = 0;
    bool gave_up_ = false; ///< blocks, for lack of time
    std::uint64_t started_ns_;
    std::vector<std::string> reported_; ///< failed cases
    bool journal_problem_said_ = false;
};

} // namespace bench
