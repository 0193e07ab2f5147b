// What a shard counts.
#pragma once

#include <atomic>
#include <cstdint>

namespace spargio {

/// A counter that one thread raises and any thread reads: a plain addition, no locked instruction.
class counter {
public:
    void add(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Totals since the start of one shard.
struct shard_stats {
    std::uint64_t tasks_run = 0;           ///< resumptions of tasks
    std::uint64_t tasks_stolen = 0;        ///< tasks taken from other shards
    std::uint64_t parks = 0;               ///< times the shard slept in the kernel
    std::uint64_t bells_sent = 0;          ///< doorbells rung by this shard
    std::uint64_t bells_failed = 0;        ///< doorbells that the kernel returned, made good another way
    std::uint64_t messages_sent = 0;       ///< accepted by lanes
    std::uint64_t messages_overloaded = 0; ///< refused by full lanes
    std::uint64_t messages_received = 0;   ///< taken up by tasks
};

/// The counters behind shard_stats.
struct shard_counters {
    counter tasks_run;
    counter tasks_stolen;
    counter parks;
    counter bells_sent;
    counter bells_failed;
    counter messages_sent;
    counter messages_overloaded;

    /// `received` is counted by the lanes themselves.
    [[nodiscard]] shard_stats read(std::uint64_t received) const noexcept {
        return {tasks_run.read(),
                tasks_stolen.read(),
                parks.read(),
                bells_sent.read(),
                bells_failed.read(),
                messages_sent.read(),
                messages_overloaded.read(),
                received};
    }
};

} // namespace spargio
