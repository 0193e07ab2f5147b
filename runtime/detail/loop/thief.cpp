#include <spargio/detail/loop/thief.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/observe/trace.hpp>

#include <algorithm>
#include <cstddef>

namespace spargio::detail {

thief::thief(shard& self, runtime_core& core, shard_counters& counters, wake_order order)
    : self_(self), core_(core), counters_(counters), wake_order_(order),
      steal_budget_(core.options().steal_budget),
      marks_searching_(core.options().steal_budget != 0 && core.options().shards > 2) {}

bool thief::steal(run_queue& own) noexcept {
    if (steal_budget_ == 0) return false;
    const auto shards = static_cast<std::uint32_t>(core_.shard_count());
    for (std::uint32_t tried = 0; tried < shards; ++tried) {
        shard& victim = core_.at(next_victim_);
        next_victim_ = next_victim_ + 1 == shards ? 0 : next_victim_ + 1;
        if (&victim == &self_) continue;
        const std::size_t ready = victim.stealable().size();
        if (ready == 0) continue;
        counters_.steal_attempts.add();
        const std::size_t wanted = std::min<std::size_t>((ready + 1) / 2, steal_budget_);
        std::size_t taken = 0;
        while (taken < wanted) {
            task_header* const task = victim.stealable().steal();
            if (task == nullptr) break;
            own.push(*task);
            ++taken;
        }
        if (taken == 0) continue;
        counters_.tasks_stolen.add(taken);
        trace::steals(taken);
        if (taken > 1) has_loot_ = true; // what is left of the loot may feed another sleeper
        return true;
    }
    return false;
}

void thief::hand_on() noexcept {
    clear_mark();
    if (core_.parked.load(std::memory_order_seq_cst) == 0) return;
    for (std::size_t i = 0; i < core_.shard_count(); ++i) {
        if (core_.at(i).stealable().empty_before_sleep()) continue;
        wake_one();
        return;
    }
}

void thief::wake_one() noexcept {
    if (steal_budget_ == 0 || core_.parked.load(std::memory_order_seq_cst) == 0) return;
    // A searcher runs no process_barrier.
    if (wake_order_ == wake_order::by_sleeper) std::atomic_thread_fence(std::memory_order_seq_cst);
    // Somebody is awake and looking: it takes the task or hands it on. It clears the mark before it looks for
    // the last time, so it can't miss what was published before.
    for (std::size_t i = 0; i < core_.shard_count(); ++i)
        if (shard& other = core_.at(i); &other != &self_ && other.searches()) return;
    for (std::size_t i = 0; i < core_.shard_count(); ++i)
        if (shard& other = core_.at(i); &other != &self_ && self_.wake(other)) return;
}

bool thief::sees_loot_before_sleep() noexcept {
    if (steal_budget_ == 0) return false;
    for (std::size_t i = 0; i < core_.shard_count(); ++i)
        if (!core_.at(i).stealable().empty_before_sleep()) return true;
    return false;
}

} // namespace spargio::detail
