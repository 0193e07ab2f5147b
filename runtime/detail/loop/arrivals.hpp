// What other threads hand to a shard: tasks, new ones and woken ones (R5, R7).
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/lanes/intake.hpp>
#include <spargio/detail/machine/counter.hpp>
#include <spargio/detail/machine/cpu.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace spargio::detail {

/// Of one shard. Any thread puts, the shard's takes.
class arrivals {
public:
    /// Hands a task over; false when the shard has closed. Afterwards nothing of the task may be touched: it
    /// may have run and be gone. Any thread. Sequentially consistent: the caller goes on to ask whether the
    /// shard sleeps.
    [[nodiscard]] bool put(task_header& task) noexcept { return intake_.push_counted(task); }

    /// Reserves room for a stealable task that is to arrive with the mark `reserved`; false when the `queued`
    /// ones and those on their way fill the queue. Any thread.
    [[nodiscard]] bool reserve(std::size_t queued, std::size_t capacity) noexcept {
        const auto before = reserved_.fetch_add(1, std::memory_order_relaxed);
        if (before + queued < capacity) return true;
        reserved_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    /// Reserved and not arrived. Any thread; a guess.
    [[nodiscard]] std::size_t reserved() const noexcept { return reserved_.load(std::memory_order_relaxed); }
    /// Put and not taken. Any thread; a guess.
    [[nodiscard]] std::uint64_t waiting() const noexcept {
        const std::uint64_t taken = taken_.read();
        const std::uint64_t put = intake_.put_so_far();
        return put > taken ? put - taken : 0;
    }

    [[nodiscard]] bool empty() const noexcept { return intake_.empty(); }
    [[nodiscard]] bool empty_before_sleep() const noexcept { return intake_.empty_before_sleep(); }

    /// Calls `visit(task_header&)` with each that has come, in order of arrival. By the shard.
    template <class Visit>
    void take(Visit&& visit) noexcept {
        hand_out(intake_.take_all(), visit);
    }
    /// The same for the last time: from now on every put() is refused.
    template <class Visit>
    void close(Visit&& visit) noexcept {
        hand_out(intake_.close(), visit);
    }

private:
    template <class Visit>
    void hand_out(task_header* first, Visit& visit) noexcept {
        while (first != nullptr) {
            task_header& task = *first;
            first = task.next; // visit() may let the task run elsewhere
            if (task.reserved) {
                task.reserved = false;
                reserved_.fetch_sub(1, std::memory_order_relaxed);
            }
            taken_.add();
            visit(task);
        }
    }

    intake<task_header> intake_;
    alignas(cache_line_bytes) std::atomic<std::uint32_t> reserved_{0}; // written by others
    alignas(cache_line_bytes) counter taken_;
};

} // namespace spargio::detail
