// W13, W14: one request forks branches of pure work and joins them.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"

namespace bench {

/// The shape of a fan-out slice, read from the parameters once, before the timing.
struct fanout_shape {
    std::uint64_t requests;  ///< requests of one iteration, done in turn
    std::uint64_t branches;  ///< branches of one request, all independent
    std::uint64_t steps;     ///< work steps of an ordinary branch
    std::uint64_t hot_steps; ///< work steps of the branch `request mod branches`; equal to steps when balanced
    std::size_t workers;

    static fanout_shape read(const parameters& values);

    /// Work steps of one branch.
    [[nodiscard]] std::uint64_t steps_of(std::uint64_t request, std::uint64_t branch) const noexcept {
        return request % branches == branch ? hot_steps : steps;
    }

    /// What one branch does, complete: its result is added to the checksum. Iterations of a slice repeat the
    /// same requests.
    [[nodiscard]] std::uint64_t run_branch(std::uint64_t seed, std::uint64_t request,
                                           std::uint64_t branch) const noexcept {
        return work(seed + request * branches + branch, steps_of(request, branch));
    }
};

/// All branches alike.
struct balanced_fanout : fanout_shape {};
/// One branch of a request much longer.
struct skewed_fanout : fanout_shape {};

[[nodiscard]] std::vector<workload> fanout_workloads();

} // namespace bench
