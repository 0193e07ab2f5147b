// The requests of a fan-out in turn, and the join of a request's branches by counting (W13–W15): for backends
// whose library has no join. The worker that finishes the last branch of a request begins the next one, so that
// none is woken only to hear that all is done.
#pragma once

#include "workloads/contract/workload.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace bench {

/// Of one session. The worker that has just joined a request, or begins the slice, calls begin(), open() and
/// join(); any worker calls finish() for the branches that it ran.
class request_turns {
public:
    request_turns(std::uint64_t requests, std::uint64_t branches) : requests_(requests), results_(branches) {}

    /// Begins a slice.
    void begin(const slice_order& order) {
        request_ = 0;
        left_ = order.iterations * requests_;
        done_ = {};
    }
    /// The one that is under way, counted from the begin of an iteration.
    [[nodiscard]] std::uint64_t request() const noexcept { return request_; }

    /// Before the first branch of a request is handed over: from then on the next request may begin elsewhere.
    void open() noexcept { open_branches_.store(results_.size(), std::memory_order_relaxed); }
    /// Takes what a branch has computed. True for the last branch of the request, after which this worker
    /// joins.
    [[nodiscard]] bool finish(std::uint64_t branch, std::uint64_t result) noexcept {
        results_[branch] = result;
        return open_branches_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    /// Adds up the request. True when another follows, false at the end of the slice.
    [[nodiscard]] bool join() noexcept {
        for (const std::uint64_t result : results_) done_.checksum += result;
        done_.operations += results_.size();
        request_ = (request_ + 1) % requests_;
        return --left_ != 0;
    }
    /// Of the slice, when it is over.
    [[nodiscard]] const slice_outcome& outcome() const noexcept { return done_; }

private:
    const std::uint64_t requests_;
    std::uint64_t request_ = 0;
    std::uint64_t left_ = 0;
    slice_outcome done_;
    std::vector<std::uint64_t> results_;
    alignas(128) std::atomic<std::uint64_t> open_branches_{0};
};

} // namespace bench
