// How a shard without work takes tasks from others, and how one with too much has them taken (R10).
//
// A thread that makes a task stealable wakes a sleeper for it, unless somebody is awake and searches: a
// searcher takes the task or hands it on, and clears its mark before it looks for the last time.
// tests/models/thief_wake_model.cpp shows that no task stays queued while a shard sleeps.
#pragma once

#include <spargio/detail/machine/cpu.hpp>
#include <spargio/detail/machine/process_barrier.hpp>
#include <spargio/detail/sched/run_queue.hpp>
#include <spargio/observe/shard_stats.hpp>

#include <atomic>
#include <cstdint>

namespace spargio::detail {

class runtime_core;
class shard;

/// Of one shard, for its thread, if a call says nothing else.
class thief {
public:
    thief(shard& self, runtime_core& core, shard_counters& counters, wake_order order);

    /// Takes tasks from another shard's queue into `own`, this one's: half of what is there, `steal_budget` at
    /// most.
    bool steal(run_queue& own) noexcept;

    /// Marks this shard as awake and looking. Spawners that see the mark leave their tasks to it.
    void begin_searching() noexcept {
        if (marks_searching_) searching_.store(true, std::memory_order_relaxed);
    }
    /// A shard that has found work, be it other work, hands on what it was left.
    void stop_searching() noexcept {
        if (searching_.load(std::memory_order_relaxed)) hand_on();
    }
    /// Before the last look, to sleep.
    void clear_mark() noexcept { searching_.store(false, std::memory_order_seq_cst); }
    /// Any thread.
    [[nodiscard]] bool searches() const noexcept { return searching_.load(std::memory_order_seq_cst); }

    /// There is a task here that others may take.
    void note_loot() noexcept { has_loot_ = true; }
    /// Before tasks run, which may take long: what they leave lying is offered to a sleeper.
    void offer_rest(run_queue& own) noexcept {
        if (own.empty()) return;
        stop_searching();
        if (has_loot_ && own.stealable().size() > 1) wake_one();
    }
    /// After they ran.
    void offer_what_is_left(run_queue& own) noexcept {
        if (!has_loot_) return;
        has_loot_ = false;
        if (own.stealable().size() != 0) wake_one();
    }
    /// For work that is visible to thieves by a sequentially consistent operation.
    void wake_one() noexcept;

    /// Whether any shard has tasks to take, before this one sleeps.
    [[nodiscard]] bool sees_loot_before_sleep() noexcept;

private:
    void hand_on() noexcept;

    alignas(cache_line_bytes) std::atomic<bool> searching_{false}; // read by others
    alignas(cache_line_bytes) shard& self_;
    runtime_core& core_;
    shard_counters& counters_;
    const wake_order wake_order_;
    const std::uint32_t steal_budget_;
    const bool marks_searching_; // of two shards the other one never needs to know
    bool has_loot_ = false;
    std::uint32_t next_victim_ = 0;
};

} // namespace spargio::detail
