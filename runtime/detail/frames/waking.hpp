// Waking tasks from outside their runtime while it may be stopping (P16).
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace spargio::detail {

/// Encloses the claim of a waiting task and its hand-over, where that may happen on a thread that is no shard
/// of the task's runtime. A claimed task is in nobody's list until it has been handed over; a runtime that
/// stops first claims what still waits, and then waits until nobody is on the way with a task, before it
/// destroys any.
///
/// One count for the whole process: sections are a few instructions and a system call at most, and are rare.
class waking_section {
public:
    waking_section() noexcept { on_the_way_.fetch_add(1, std::memory_order_acq_rel); }
    ~waking_section() { on_the_way_.fetch_sub(1, std::memory_order_release); }
    waking_section(const waking_section&) = delete;
    waking_section& operator=(const waking_section&) = delete;

    static void wait_for_all() noexcept {
        while (on_the_way_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    }

private:
    static inline std::atomic<std::uint32_t> on_the_way_{0};
};

} // namespace spargio::detail
