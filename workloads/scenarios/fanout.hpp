// W13, W14 written once for every coroutine-capable backend.
#pragma once

#include "workloads/cases/fanout.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <vector>

namespace bench::scenarios {

template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> run_branch(const fanout_shape& shape, std::uint64_t seed,
                                                          std::uint64_t request, std::uint64_t branch) {
    co_return shape.run_branch(seed, request, branch);
}

/// One slice of fanout/balanced or fanout/skewed; the root task of the backend's session.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> fanout(Runtime& runtime, fanout_shape shape, slice_order order) {
    slice_outcome done;
    std::vector<typename Runtime::template joiner<std::uint64_t>> branches;
    branches.reserve(shape.branches);
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        for (std::uint64_t request = 0; request < shape.requests; ++request) {
            for (std::uint64_t branch = 0; branch < shape.branches; ++branch)
                branches.push_back(runtime.spawn(run_branch<Runtime>(shape, order.seed, request, branch)));
            for (auto& branch : branches) {
                const std::uint64_t result = co_await std::move(branch);
                done.checksum += result;
                ++done.operations;
            }
            branches.clear();
        }
    }
    co_return done;
}

} // namespace bench::scenarios
