// Which shard a connection belongs to (R43): where spawn_on_session() puts its tasks, and so whose ring carries
// its operations.
#pragma once

#include <cstdint>
#include <variant>

namespace spargio::net {

/// The shard of the task that connects or accepts: its buffers are warm there.
struct context_preferred {};
/// Each shard in turn, over all connections of the process.
struct round_robin {};
/// This shard. An index past the last shard wraps.
struct fixed {
    std::uint32_t shard;
};

using session_policy = std::variant<context_preferred, round_robin, fixed>;

/// The shard that a new connection gets. On a shard only. Cost: a ns, round_robin an atomic increment.
[[nodiscard]] std::uint32_t home_of_session(const session_policy& policy) noexcept;

} // namespace spargio::net
