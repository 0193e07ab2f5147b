// W16: recursive fork and join, with next to no work in it: what forking itself costs.
//
// Every call of the recursion but the last of its siblings is forked: made runnable, so that another worker
// might run it. The last one is called (awaited) in place, as the libraries' own documentation does it. So a
// backend must not do a subtree serially below some size; the floor, which is no runtime, does.
#pragma once

#include "workloads/contract/workload.hpp"

namespace bench {

/// skynet: a range of leaf numbers is cut into ten parts until a part is a single leaf, whose value is its own
/// number, counted from the seed; a node is the sum of its parts. After github.com/atemerev/skynet.
struct skynet_shape {
    static constexpr std::uint64_t ways = 10; ///< most parts of a call

    /// One call of the recursion.
    struct call {
        std::uint64_t first; ///< number of its first leaf
        std::uint64_t count; ///< its leaves
    };

    std::uint64_t leaves;
    std::size_t workers;

    static skynet_shape read(const parameters& values);

    [[nodiscard]] call root(std::uint64_t seed) const noexcept { return {seed, leaves}; }
    /// Operations of one tree.
    [[nodiscard]] std::uint64_t operations() const noexcept { return leaves; }

    /// How many calls this one makes; 0 for a leaf.
    [[nodiscard]] static std::uint64_t parts_of(call whole) noexcept {
        if (whole.count == 1) return 0;
        return whole.count < ways ? whole.count : ways;
    }
    /// One of the calls that it makes.
    [[nodiscard]] static call part(call whole, std::uint64_t index) noexcept {
        if (whole.count < ways) return {whole.first + index, 1};
        const std::uint64_t from = whole.count * index / ways;
        return {whole.first + from, whole.count * (index + 1) / ways - from};
    }
    /// What a leaf returns.
    [[nodiscard]] static std::uint64_t leaf(call last) noexcept { return last.first; }
};

/// fib: the naive binary recursion. The seed takes part in each leaf, so that no result is known beforehand.
struct fib_shape {
    static constexpr std::uint64_t ways = 2;

    struct call {
        std::uint64_t seed;
        std::uint64_t n;
    };

    std::uint64_t n;
    std::size_t workers;

    static fib_shape read(const parameters& values);

    [[nodiscard]] call root(std::uint64_t seed) const noexcept { return {seed, n}; }
    /// Calls that one tree makes, its root included.
    [[nodiscard]] std::uint64_t operations() const noexcept;

    [[nodiscard]] static std::uint64_t parts_of(call whole) noexcept { return whole.n < 2 ? 0 : 2; }
    /// First fib(n-1), the longer one, then fib(n-2).
    [[nodiscard]] static call part(call whole, std::uint64_t index) noexcept {
        return {whole.seed, whole.n - 1 - index};
    }
    [[nodiscard]] static std::uint64_t leaf(call last) noexcept { return last.seed + last.n; }
};

[[nodiscard]] std::vector<workload> fork_join_workloads();

} // namespace bench
