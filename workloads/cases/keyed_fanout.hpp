// W15: requests whose branches belong to keys, one of them hot, and the hot key moves.
//
// What is demanded of every backend: the branches of one key run one at a time, in the order of their numbers.
// Each reads the state of its key and leaves a new one (`run_branch`), so a branch that overtakes another, runs
// beside it or is left out changes every later result of that key, and the checksum with it. The branches are
// dispatched one by one, as they would arrive from sixteen clients: a backend must not sort them by key before
// (the floor, which knows everything, does). On which thread a key runs is the backend's own choice:
// `owner_of` is for those that give each key to a worker.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"

namespace bench {

/// What the branches of one key hand on to each other. Alone on its cache lines: keys of different workers must
/// not share one.
struct alignas(128) key_state {
    std::uint64_t value = 0;
};

/// The shape of a slice with keys, read from the parameters once, before the timing.
struct keyed_shape {
    std::uint64_t requests; ///< requests of one iteration, done in turn
    std::uint64_t branches; ///< branches of one request
    std::uint64_t keys;     ///< keys that branches may belong to
    std::uint64_t rotation; ///< requests after which the next key becomes the hot one
    std::uint64_t steps;    ///< work steps of every branch
    std::size_t workers;

    static keyed_shape read(const parameters& values);

    [[nodiscard]] std::uint64_t hot_key(std::uint64_t request) const noexcept {
        return request / rotation % keys;
    }

    /// Three branches of four belong to the hot key; every fourth to one of the others, by turns.
    [[nodiscard]] std::uint64_t key_of(std::uint64_t request, std::uint64_t branch) const noexcept {
        const std::uint64_t hot = hot_key(request);
        if (branch % 4 != 3 || keys == 1) return hot;
        return (hot + 1 + (request + branch / 4) % (keys - 1)) % keys;
    }

    /// The worker of a key, where keys are given to workers.
    [[nodiscard]] std::size_t owner_of(std::uint64_t key) const noexcept {
        return static_cast<std::size_t>(key % workers);
    }

    /// The states of all keys as they are when an iteration begins.
    void reset(std::vector<key_state>& states, std::uint64_t seed) const {
        states.resize(keys);
        for (std::uint64_t key = 0; key < keys; ++key) states[key].value = seed + key;
    }

    /// What one branch does, complete: its result is added to the checksum.
    std::uint64_t run_branch(key_state& state, std::uint64_t request, std::uint64_t branch) const noexcept {
        state.value = work(state.value + request * branches + branch, steps);
        return state.value;
    }
};

[[nodiscard]] std::vector<workload> keyed_fanout_workloads();

} // namespace bench
