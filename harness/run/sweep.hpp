// `sweep`: points in the space of a backend's knobs, screened against its defaults, the winner confirmed.
//
// The harness only ranks, by medians of block ratios. Whether the winner is better at all is for
// spargio-report, which judges the blocks of the confirmation alone: they are fresh, so that luck in the
// screening costs nothing.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/sweep_record.hpp"
#include "harness/run/run.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// The way from the values of several knobs to points.
enum class combination { one_at_a_time, product, zip };

[[nodiscard]] combination combination_of(const std::string& flag);
[[nodiscard]] std::string name_of(combination combined);

struct sweep_request {
    run_request run; ///< one group with one arm, the baseline; its blocks are those of the confirmation
    combination combined = combination::one_at_a_time;
    std::uint64_t screen_blocks = 6; ///< the fewest that have an interval
};

struct sweep_plan {
    run_options options;
    group base; ///< name and parameters; no arms
    arm baseline;
    std::vector<arm> points;
    std::vector<value_list> knobs;
    std::vector<std::string> left_out; ///< points that are the baseline
    std::vector<contradictory_point> contradictory;
    combination combined = combination::one_at_a_time;
    std::uint64_t screen_blocks = 0;

    /// Points in each screening stage, halved from one to the next.
    [[nodiscard]] std::vector<std::size_t> screening_sizes() const;
    /// The `number`th screening, from 1, of these points; the baseline stands in it.
    [[nodiscard]] group screening(std::size_t number, const std::vector<arm>& points) const;
    /// The winner against the baseline, in blocks of no other stage.
    [[nodiscard]] group confirmation(const arm& winner) const;
    [[nodiscard]] std::uint64_t estimate_ns() const;
};

/// Looks everything up and multiplies it out. Error: one message with what is wrong and the remedy.
[[nodiscard]] std::expected<sweep_plan, problem> plan_sweep(const sweep_request& request);

/// The plan in words, with an estimate of time.
[[nodiscard]] std::string describe_sweep(const sweep_plan& planned);

/// A point with the median of its block ratios against the baseline; below 1 it is faster. None: no block.
struct ranked_point {
    bench::arm arm;
    std::optional<double> median_ratio;
    std::uint64_t blocks = 0;
};

/// The better half, best first, at least one; points without a figure are never kept.
[[nodiscard]] std::vector<ranked_point> better_half(std::vector<ranked_point> points);

/// Measures it. Returns the exit code.
[[nodiscard]] int run_sweep(const sweep_plan& planned, const run_output& output);

} // namespace bench
