#include <spargio/observe/runtime_stats.hpp>

#include <algorithm>
#include <cstddef>

namespace spargio {

shard_stats runtime_stats::total() const noexcept {
    shard_stats sum;
    for (const shard_stats& each : shards) sum += each;
    return sum;
}

runtime_stats operator-(const runtime_stats& later, const runtime_stats& earlier) {
    runtime_stats between = later;
    const std::size_t common = std::min(later.shards.size(), earlier.shards.size());
    for (std::size_t i = 0; i < common; ++i) between.shards[i] = later.shards[i].since(earlier.shards[i]);
    return between;
}

} // namespace spargio
