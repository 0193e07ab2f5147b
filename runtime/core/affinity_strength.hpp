// How a descriptor is bound to the shard that works on it (R33).
#pragma once

#include <cstdint>

namespace spargio {

/// `weak`, for files: the shard of the last operations, unless its ring is much busier than the freest.
/// `strong`, for streams: that shard, while one is in flight or the last has ended not long ago.
enum class affinity_strength : std::uint8_t { weak, strong };

} // namespace spargio
