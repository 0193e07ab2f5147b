// Measures the stages of a sweep, each with the points that the one before it kept.
#pragma once

#include "harness/run/allowance_watch.hpp"
#include "harness/run/measured_files.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/run_begin.hpp"
#include "harness/run/run_log.hpp"
#include "harness/run/sweep.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

class sweep_measurer {
public:
    /// All must outlive it. `stages` has room for every group, since the state points to them.
    sweep_measurer(const sweep_plan& planned, plan& stages, const run_output& output, const begun_run& begun,
                   run_state& state);

    /// Measures all stages. False when it was interrupted. Without a figure for the baseline or any point there
    /// is no winner.
    bool measure();

    [[nodiscard]] const std::vector<stage_record>& stages() const noexcept { return record_; }
    /// The arm that was confirmed, or failed to be.
    [[nodiscard]] const std::optional<std::string>& winner() const noexcept { return winner_; }

private:
    bool measure_all();
    bool measure_stage(stage_kind kind, group made, std::uint64_t blocks);
    bool can_go_on(const group& stage) const;
    std::vector<ranked_point> rank(const group& stage) const;
    void record_ranking(const std::vector<ranked_point>& ranked, const std::vector<arm>& kept);

    const sweep_plan& planned_;
    plan& stages_;
    run_state& state_;
    run_log log_;
    measured_files files_;
    allowance_watch allowed_;
    progress shown_;
    std::vector<stage_record> record_;
    std::optional<std::string> winner_;
};

} // namespace bench
