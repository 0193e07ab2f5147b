// W15 written once for every coroutine-capable backend: a branch is a task on the worker that owns its key.
//
// That alone gives what the workload demands: tasks that are started on one worker by one task run there in the
// order in which they were started, and these never suspend.
#pragma once

#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <vector>

namespace bench::scenarios {

template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> run_keyed_branch(const keyed_shape& shape, key_state& state,
                                                                std::uint64_t request, std::uint64_t branch) {
    co_return shape.run_branch(state, request, branch);
}

/// One slice of fanout/hotkey_rotation; the root task of the backend's session.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> keyed_fanout(Runtime& runtime, keyed_shape shape,
                                                            slice_order order) {
    slice_outcome done;
    std::vector<key_state> states;
    std::vector<typename Runtime::template joiner<std::uint64_t>> branches;
    branches.reserve(shape.branches);
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        shape.reset(states, order.seed);
        for (std::uint64_t request = 0; request < shape.requests; ++request) {
            for (std::uint64_t branch = 0; branch < shape.branches; ++branch) {
                const std::uint64_t key = shape.key_of(request, branch);
                branches.push_back(runtime.spawn_on(
                    shape.owner_of(key), run_keyed_branch<Runtime>(shape, states[key], request, branch)));
            }
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
