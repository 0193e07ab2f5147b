// What travels between shards: a tag and a value (R16).
#pragma once

#include <cstdint>

namespace spargio {

/// A message between two shards. What tag and value mean is up to the program.
struct message {
    std::uint32_t tag = 0;
    std::uint64_t value = 0;
};

/// A message with the shard that it came from, as the receiver sees it.
struct event {
    std::uint32_t source = 0; ///< index of the sending shard
    std::uint32_t tag = 0;
    std::uint64_t value = 0;
};

} // namespace spargio
