// What travels between shards: a tag and a value (R16).
#pragma once

#include <cstdint>

namespace spargio {

/// A message between two shards. What tag and value mean is up to the program; a plain value, copied on the
/// way.
struct message {
    std::uint32_t tag = 0;
    std::uint64_t value = 0;
};

/// A message with the shard that it came from, as the receiver sees it.
struct event {
    /// The source of what a thread outside the runtime has sent.
    static constexpr std::uint32_t outside = ~std::uint32_t{0};

    std::uint32_t source = 0; ///< index of the sending shard, or `outside`
    std::uint32_t tag = 0;
    std::uint64_t value = 0;

    [[nodiscard]] constexpr bool from_outside() const noexcept { return source == outside; }
};

} // namespace spargio
