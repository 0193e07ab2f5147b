// How a prepared task reaches a shard: the door between runtime/tasks and the loop (R7, R8, R10).
#pragma once

#include <spargio/core/placement.hpp>

#include <cstdint>

namespace spargio::detail {

class runtime_core;
class shard;
struct task_header;

/// The core of the shard that this thread is; ends the program where it is none.
[[nodiscard]] runtime_core& current_core() noexcept;

/// Hands a prepared task to its shard. False when the runtime has stopped. Any thread.
[[nodiscard]] bool launch(runtime_core& core, task_header& task, const placement& where) noexcept;

/// The same for a stealable task that begins on this shard; ends the program where this thread is none.
[[nodiscard]] bool launch_here(task_header& task) noexcept;

/// The shard on which a stealable task placed so would start, with room reserved there; null when it is full.
[[nodiscard]] shard* find_room(runtime_core& core, const placement& where) noexcept;
/// Hands a prepared task to the shard that find_room() gave. False when the runtime has stopped.
[[nodiscard]] bool launch_into_room(shard& target, task_header& task) noexcept;

/// The index of the shard that this thread is, and how many its runtime has; end the program where it is none.
[[nodiscard]] std::uint32_t index_here() noexcept;
[[nodiscard]] std::uint32_t shards_here() noexcept;

/// Whether this thread is a shard that runs no tasks any more, because a stop of its runtime destroys what is
/// left of them.
[[nodiscard]] bool tears_down_here() noexcept;

} // namespace spargio::detail
