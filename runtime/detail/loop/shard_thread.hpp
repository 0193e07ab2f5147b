// The thread of a shard, as others see it: its number, and the CPU to which it is bound (R15).
#pragma once

#include <spargio/core/shard_binding.hpp>

#include <atomic>

namespace spargio::detail {

/// Of one shard. Written by its thread, read by any.
class shard_thread {
public:
    /// Binds the calling thread to `cpu`; what came of that: see binding(). One system call.
    void bind(int cpu) noexcept;
    /// The calling thread is the shard's from now on.
    void begin() noexcept;

    /// As the kernel numbers it, 0 before it has begun.
    [[nodiscard]] int number() const noexcept { return number_.load(std::memory_order_relaxed); }
    [[nodiscard]] shard_binding binding() const noexcept {
        return {bound_cpu_.load(std::memory_order_relaxed), bind_error_.load(std::memory_order_relaxed)};
    }
    /// By the thread itself: whether it is bound and runs elsewhere. The kernel keeps a bound thread where it
    /// is, but a change of its mask or of the cpuset moves it.
    [[nodiscard]] bool was_moved() const noexcept;

private:
    std::atomic<int> bound_cpu_{-1};
    std::atomic<int> bind_error_{0};
    std::atomic<int> number_{0};
};

} // namespace spargio::detail
