// Starting the threads of a runtime on different CPUs.
#pragma once

namespace spargio {

/// The CPU that the calling thread runs on now; -1 where that can't be told.
[[nodiscard]] int current_cpu() noexcept;

/// Moves the calling thread to the CPU that is `distance` places after `origin` among those that it may use, and then
/// allows it all of them again: it starts there and the scheduler may move it later. Best effort, does nothing when
/// there is one CPU only. A new thread often starts on its creator's CPU, and two shards that wait for each other
/// there make ten times slower progress until the scheduler notices, a tick later. Two or three system calls.
void start_apart(int origin, unsigned distance) noexcept;

} // namespace spargio
