// A lock for sections of a few instructions that touch only memory: no system call, no allocation inside.
#pragma once

#include <spargio/detail/machine/cpu.hpp>

#include <atomic>
#include <thread>

namespace spargio::detail {

/// Meets BasicLockable, so std::lock_guard serves. Test-and-test-and-set; after some spins it gives up its time
/// slice, because the holder may have lost its CPU.
class spin_lock {
public:
    void lock() noexcept {
        for (unsigned spins = 0; held_.exchange(true, std::memory_order_acquire);) {
            while (held_.load(std::memory_order_relaxed)) {
                if (++spins % 128 == 0) std::this_thread::yield();
                cpu_relax();
            }
        }
    }
    void unlock() noexcept { held_.store(false, std::memory_order_release); }

private:
    std::atomic<bool> held_{false};
};

} // namespace spargio::detail
