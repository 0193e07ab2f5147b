// The numbers of a whole runtime at one moment (R47).
#pragma once

#include <spargio/observe/shard_stats.hpp>

#include <chrono>
#include <vector>

namespace spargio {

/// A snapshot: the numbers of every shard, read one after the other while they go on.
struct runtime_stats {
    std::chrono::steady_clock::time_point taken_at; ///< when the reading began
    std::vector<shard_stats> shards;                ///< by index of the shard

    /// All shards together. Any thread, as for every const function of a value.
    [[nodiscard]] shard_stats total() const noexcept;
};

/// What happened between two snapshots of the same runtime, shard by shard; `taken_at` is that of the later.
/// Throws std::bad_alloc. Any thread.
[[nodiscard]] runtime_stats operator-(const runtime_stats& later, const runtime_stats& earlier);

} // namespace spargio
