// Starting the threads of a runtime on different CPUs.
#pragma once

#include <sched.h>

namespace spargio::detail {

/// The CPU that the calling thread runs on now; -1 where that can't be told.
[[nodiscard]] int current_cpu() noexcept;

/// Keeps a new thread on a CPU of its own for its first steps. A new thread often starts on its creator's CPU,
/// and two shards that wait for each other there make ten times slower progress until the scheduler notices, a
/// tick later. Once released the scheduler may move it. All calls by the thread itself; best effort.
class first_cpu {
public:
    /// Moves to the CPU that is `distance` places after `origin` among those that the thread may use. Does
    /// nothing when there is one CPU only. Two system calls.
    void take(int origin, unsigned distance) noexcept;

    /// Allows all CPUs again. One system call the first time after take(), else one comparison.
    void release() noexcept {
        if (held_) give_back();
    }

private:
    void give_back() noexcept;

    cpu_set_t usable_;
    bool held_ = false;
};

} // namespace spargio::detail
