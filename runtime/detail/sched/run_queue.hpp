// What a shard runs next.
//
//   next_     one task that the running task has just woken: runs first, because its data is warm and its waker
//   is
//             about to wait for it. Never stolen, so that two tasks that talk to each other stay together.
//   local_    pinned tasks, and tasks that have yielded, in order
//   deque_    stealable tasks: newest first for the owner, oldest first for thieves
//
// local_ and deque_ take turns, and now and then the oldest of the deque is taken, so that none waits for ever.
#pragma once

#include <spargio/detail/sched/steal_deque.hpp>
#include <spargio/detail/sched/task_queue.hpp>

#include <cstdint>
#include <utility>

namespace spargio::detail {

class run_queue {
public:
    explicit run_queue(std::size_t stealable_capacity, wake_order order = wake_order::by_both)
        : deque_(stealable_capacity, order) {}

    /// A task that runs before all others. The one that stood there before goes to the ordinary queues; true
    /// when it has become stealable by that.
    bool push_next(task_header& task) noexcept {
        task_header* const before = std::exchange(next_, &task);
        if (before == nullptr) return false;
        const bool may_be_stolen = may_move(*before); // once pushed it may be stolen, run and gone
        push(*before);
        return may_be_stolen;
    }

    /// By its mobility: behind the others of its kind. A stealable task that has waited for something of this
    /// shard, or that finds the deque full, is kept here and can't be stolen; nothing is ever dropped.
    void push(task_header& task) noexcept {
        if (!may_move(task) || !deque_.push(task)) local_.push(task);
    }

    /// Behind everything else on this shard, whatever its mobility: for a task that yields.
    void push_last(task_header& task) noexcept { local_.push(task); }

    [[nodiscard]] task_header* pop() noexcept {
        ++picks_;
        if (next_ != nullptr) {
            if (++next_in_a_row_ <= longest_next_run) return std::exchange(next_, nullptr);
            // A pair that wakes each other for ever: let one task of the others through.
            next_in_a_row_ = 0;
            if (task_header* const other = pop_queued()) return other;
            return std::exchange(next_, nullptr);
        }
        next_in_a_row_ = 0;
        return pop_queued();
    }

    /// Takes that task out if it is the newest stealable one, or the only one that can't be stolen. Owner.
    [[nodiscard]] bool take_newest(task_header& task) noexcept {
        return deque_.pop_if(task) || local_.pop_if_alone(task);
    }

    /// Whether there is something to run besides stealable tasks. Owner.
    [[nodiscard]] bool others_wait() const noexcept { return next_ != nullptr || !local_.empty(); }

    /// Nothing to run here. Owner.
    [[nodiscard]] bool empty() const noexcept {
        return next_ == nullptr && local_.empty() && deque_.size() == 0;
    }

    /// Tasks ready. Owner; a guess for others.
    [[nodiscard]] steal_deque& stealable() noexcept { return deque_; }

    /// Tasks ready that can't be stolen, but for the one that runs next. Any thread; a guess for others than
    /// the owner.
    [[nodiscard]] std::size_t unstealable() const noexcept { return local_.size(); }

private:
    static constexpr std::uint32_t longest_next_run = 16;
    static constexpr std::uint32_t oldest_first_every =
        61; // as a prime it falls into step with no loop of the user's

    [[nodiscard]] static bool may_move(const task_header& task) noexcept {
        return task.moves == mobility::stealable && !task.held && task.stays == 0;
    }

    [[nodiscard]] task_header* pop_queued() noexcept {
        if (picks_ % oldest_first_every == 0)
            if (task_header* const oldest = deque_.steal()) return oldest;
        if (prefer_local_ || deque_.size() == 0) {
            prefer_local_ = false;
            if (task_header* const task = local_.pop()) return task;
            return deque_.pop();
        }
        prefer_local_ = true;
        if (task_header* const task = deque_.pop()) return task;
        return local_.pop();
    }

    task_header* next_ = nullptr;
    std::uint32_t next_in_a_row_ = 0;
    std::uint32_t picks_ = 0;
    bool prefer_local_ = true;
    task_queue local_;
    steal_deque deque_;
};

} // namespace spargio::detail
