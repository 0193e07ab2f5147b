// Where a task runs, chosen when it is spawned (R8).
#pragma once

#include <cstdint>
#include <variant>

namespace spargio {

/// On this shard, for good. An index past the last shard is a misuse and asserts; in release builds it wraps.
struct pinned {
    std::uint32_t shard;
};

/// Pinned, to each shard in turn.
struct round_robin {};

/// Anywhere: starts on the spawning shard, where its data is warm, and any idle shard may take it from there,
/// also after each suspension. Spawned from outside it starts on the shard with the shortest queue.
struct stealable {};

using placement = std::variant<stealable, pinned, round_robin>;

} // namespace spargio
