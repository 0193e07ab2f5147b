// Numbers that one thread changes and any thread reads.
#pragma once

#include <atomic>
#include <cstdint>

namespace spargio::detail {

/// A total that one thread raises and any thread reads: a plain addition, no locked instruction.
class counter {
public:
    void add(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    /// For a total that somebody else keeps, such as the kernel.
    void set(std::uint64_t total) noexcept { value_.store(total, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that one thread raises and lowers and any thread reads, at the same price.
class level {
public:
    void raise() noexcept { value_.store(read() + 1, std::memory_order_relaxed); }
    void lower() noexcept { value_.store(read() - 1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

} // namespace spargio::detail
