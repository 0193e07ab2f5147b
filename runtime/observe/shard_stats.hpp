// What a shard counts (R47).
//
// To add a number: a member of shard_stats, a counter of the same name in shard_counters, and a row in the
// table of shard_stats.cpp. Sums, differences and the Prometheus text follow from the table.
#pragma once

#include <spargio/detail/machine/counter.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace spargio {

/// What one shard has done since its start, and how much waits there now. A plain value. The numbers are read
/// one after the other while the shard goes on, so they may differ by what happened in between.
struct shard_stats {
    std::uint64_t tasks_run = 0;      ///< resumptions of tasks
    std::uint64_t tasks_stolen = 0;   ///< tasks taken from other shards
    std::uint64_t steal_attempts = 0; ///< thefts tried where tasks were seen; some come too late
    std::uint64_t spins = 0;          ///< times it ran out of work and looked round before sleeping
    std::uint64_t parks = 0;          ///< times it slept in the kernel
    std::uint64_t bells_sent = 0;     ///< doorbells rung by this shard
    std::uint64_t bells_failed = 0;   ///< doorbells that the kernel returned, made good another way
    std::uint64_t bells_received = 0; ///< doorbells taken up, also those of threads that are no shards
    std::uint64_t messages_sent = 0;  ///< accepted, by lanes or to travel directly
    std::uint64_t messages_overloaded =
        0;                               ///< refused by full lanes, or while too many direct ones are not taken
    std::uint64_t messages_direct = 0;   ///< of those sent: given to the kernel to ride in a completion
    std::uint64_t messages_returned = 0; ///< of the direct ones: refused by the kernel, handed over in memory
    std::uint64_t messages_coalesced = 0; ///< added to the sums of coalesced hot tags instead
    std::uint64_t messages_received = 0;  ///< taken up by tasks
    std::uint64_t timeout_wakes_with_work =
        0;                                 ///< sleeps that only a timer ended though work was there; must be 0
    std::uint64_t affinity_violations = 0; ///< wake-ups on another CPU than the shard is bound to
    std::uint64_t ring_enters = 0;         ///< calls of io_uring_enter(2): submits, waits, and fetches
    std::uint64_t completions = 0;         ///< answers taken from the ring, of whatever kind
    std::uint64_t ring_overflows = 0;      ///< times the completion queue was found full; nothing is lost
    std::uint64_t completions_lost = 0;  ///< completions that the kernel dropped for want of memory; must be 0
    std::uint64_t frame_pool_hits = 0;   ///< coroutine frames served from the pool
    std::uint64_t frame_pool_misses = 0; ///< coroutine frames that cost an allocation
    std::uint64_t timers_fired = 0;      ///< waits that their deadline has ended
    std::uint64_t timers_cancelled = 0;  ///< timers that were taken away before their deadline
    std::uint64_t operations_submitted = 0; ///< requests of tasks to the kernel
    std::uint64_t operations_at_once =
        0; ///< requests that a system call on the spot has done, without the ring
    std::uint64_t operations_completed = 0; ///< those that have ended, whatever way
    std::uint64_t operations_cancelled = 0; ///< those that the kernel was asked to end early
    std::uint64_t operations_pending = 0;   ///< those that are with the kernel; now
    std::uint64_t buffers_plain = 0;        ///< registered buffers that became plain ones
    std::uint64_t buffers_registered = 0;   ///< buffers that the ring knows; now
    std::uint64_t files_plain = 0;          ///< files and sockets that were to be registered and are plain
    std::uint64_t files_registered = 0;     ///< files and sockets that the ring knows; now
    std::uint64_t ready_pinned = 0;         ///< tasks that wait here to run and can't be stolen; now
    std::uint64_t ready_stealable = 0;      ///< tasks that wait here to run and can be stolen; now
    std::uint64_t tasks_arriving = 0;       ///< tasks handed over by other threads, not yet taken up; now
    std::uint64_t messages_waiting = 0;     ///< messages in the lanes and queues that end here; now
    std::uint64_t timers_pending = 0;       ///< timers that wait for their deadline; now

    /// What happened between two readings of the same shard, `earlier` being the older: totals are subtracted;
    /// what counts "now" stays as it is in the later one.
    [[nodiscard]] shard_stats since(const shard_stats& earlier) const noexcept;

    /// Adds another shard's numbers.
    shard_stats& operator+=(const shard_stats& other) noexcept;

    friend bool operator==(const shard_stats&, const shard_stats&) = default;
};

/// The counters behind shard_stats, written by the shard's own thread.
struct shard_counters {
    detail::counter tasks_run;
    detail::counter tasks_stolen;
    detail::counter steal_attempts;
    detail::counter spins;
    detail::counter parks;
    detail::counter bells_sent;
    detail::counter bells_failed;
    detail::counter bells_received;
    detail::counter messages_sent;
    detail::counter messages_overloaded;
    detail::counter messages_direct;
    detail::counter messages_returned;
    detail::counter messages_coalesced;
    detail::counter timeout_wakes_with_work;
    detail::counter affinity_violations;
    detail::counter ring_enters;
    detail::counter completions;
    detail::counter ring_overflows;
    detail::counter completions_lost;
    detail::counter frame_pool_hits;
    detail::counter frame_pool_misses;
    detail::counter timers_fired;
    detail::counter timers_cancelled;
    detail::level timers_pending;
    detail::counter operations_submitted;
    detail::counter operations_at_once;
    detail::counter operations_completed;
    detail::counter operations_cancelled;
    detail::level operations_pending;
    detail::counter buffers_plain;
    detail::level buffers_registered;
    detail::counter files_plain;
    detail::level files_registered;

    /// All that is counted here; the rest is 0 and the shard's to fill in. Any thread.
    [[nodiscard]] shard_stats read() const noexcept;
};

/// Whether a number only grows.
enum class stat_kind : std::uint8_t {
    total, ///< since the start of the shard
    now,   ///< at the moment of reading
};

/// One number of shard_stats, for programs that list them all.
struct stat_field {
    std::uint64_t shard_stats::*value;
    detail::counter shard_counters::*counted; ///< null: the shard finds it out otherwise
    std::string_view name;
    stat_kind kind;
    std::string_view help; ///< one sentence
};

/// Every number, in the order of the struct. Static storage. Any thread.
[[nodiscard]] std::span<const stat_field> stat_fields() noexcept;

} // namespace spargio
