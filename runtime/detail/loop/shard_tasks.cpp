// How a task starts, suspends, joins another and ends, on the shard that runs it.
//
// A task that joins one which nobody has stolen yet runs it at once, by a jump (symmetric transfer), and its
// end is a jump back: fork and join of work that stays here costs no trip through the loop. As soon as one of
// the tasks that stand on each other's shoulders that way suspends, all below it count as suspended too, each
// waiting for the end of the one that it joined.
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/observe/trace.hpp>

#include <utility>

namespace spargio::detail {

void shard::start(task_header& task) noexcept {
    task.home = this;
    const bool stays = task.moves == mobility::pinned; // once pushed it may be stolen, run and gone
    queue_.push(task);
    if (stays) return;
    if (core_.parked.load(std::memory_order_seq_cst) != 0) thief_.wake_one();
}

void shard::resume_soon(task_header& task) noexcept {
    if (queue_.push_next(task) && core_.parked.load(std::memory_order_seq_cst) != 0) thief_.wake_one();
}

task_header& shard::suspend_current(std::coroutine_handle<> caller) noexcept {
    task_header& self = *current_;
    self.resume_point = caller;
    registry_->link_if_new(self);
    // Their join words name the tasks that wait for them already.
    for (task_header* above = &self; task_header* const below = std::exchange(above->inline_joiner, nullptr);
         above = below)
        registry_->link_if_new(*below);
    return self;
}

void shard::move_current(shard& target, std::coroutine_handle<> caller) noexcept {
    task_header& self = suspend_current(caller);
    if (self.stays != 0) misused("a task that has a stream of its shard can't leave the shard");
    const bool pinned_here = self.moves == mobility::pinned;
    // A pinned task's frame is destroyed where it lives, so its new home takes note of it: when it suspends
    // next, or when that shard stops and finds it in a queue.
    const bool hands_over = pinned_here && self.registry.load(std::memory_order_relaxed) == registry_.get();
    if (hands_over) registry_->unlink(self);
    self.held = true; // no thief may have it on its way
    if (pinned_here) self.home = &target;
    if (target.arrive(self)) return; // it may be running there, or be gone
    if (pinned_here) self.home = this;
    if (hands_over) registry_->link_if_new(self);
}

std::coroutine_handle<> shard::join(task_header& awaited, std::coroutine_handle<> caller) noexcept {
    task_header& self = *current_;
    const auto address = reinterpret_cast<std::uintptr_t>(&self);
    if (may_run_inline() && queue_.take_newest(awaited)) {
        self.resume_point = caller;
        awaited.home = this;
        awaited.inline_joiner = &self;
        awaited.join.store(address, std::memory_order_relaxed); // its handle is ours, so nobody else looks
        current_ = &awaited;
        trace::task_begins(&awaited);
        --inline_left_;
        ++ran_inline_;
        return awaited.resume_point;
    }
    suspend_current(caller);
    std::uintptr_t running = join_word::running;
    // From here on `self` may be running elsewhere, unless the task has ended in the meantime.
    if (awaited.join.compare_exchange_strong(running, address, std::memory_order_acq_rel))
        return std::noop_coroutine();
    return caller;
}

std::coroutine_handle<> shard::end_of_task(task_header& task) noexcept {
    task_header* const joiner = std::exchange(task.inline_joiner, nullptr);
    if (joiner == nullptr) {
        finished_ = &task;
        return std::noop_coroutine();
    }
    trace::task_ends();
    task.join.store(join_word::done, std::memory_order_relaxed);
    current_ = joiner;
    return joiner->resume_point;
}

/// A tree of tasks that run inline must not keep the shard from its ring, its lanes and its other tasks: every
/// so often it looks at the former right here (which resumes nobody), and goes back to the loop if there is
/// something else to do.
bool shard::may_run_inline() noexcept {
    if (inline_left_ != 0) return true;
    budget_.used_up();
    inline_left_ = budget_.limit();
    look_at_ring();
    gather();
    timers_.expire(queue_);
    finish_turn();
    return !core_.stopping() && !queue_.others_wait();
}

} // namespace spargio::detail

namespace spargio::detail::scheduling {

task_header& suspend_current(std::coroutine_handle<> caller) noexcept {
    return shard::here()->suspend_current(caller);
}

std::coroutine_handle<> join(task_header& awaited, std::coroutine_handle<> caller) noexcept {
    return shard::here()->join(awaited, caller);
}

std::coroutine_handle<> end_of_task(task_header& task) noexcept { return shard::here()->end_of_task(task); }

} // namespace spargio::detail::scheduling
