// The bounded deque of stealable tasks of one shard (R10): the owner pushes and pops at the bottom, thieves
// take from the top.
//
// Chase and Lev, "Dynamic circular work-stealing deque" (SPAA 2005), with a fixed array, in the C11 orders of
// Lê, Pop, Cohen and Zappa Nardelli (PPoPP 2013), but with sequentially consistent operations where that paper
// has fences: ThreadSanitizer does not understand fences. Checked by tests/models/deque_model.cpp.
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/machine/cpu.hpp>
#include <spargio/detail/machine/process_barrier.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace spargio::detail {

class steal_deque {
public:
    /// `capacity` must be a power of two. Allocates once, here.
    explicit steal_deque(std::size_t capacity, wake_order order = wake_order::by_both)
        : slots_(std::make_unique_for_overwrite<task_header*[]>(capacity)),
          mask_(static_cast<std::int64_t>(capacity) - 1), order_(order) {}

    /// Owner: false when full. The owner goes on to ask which shard sleeps, and may then compute for long, so
    /// that question must not overtake the store that publishes the task (see wake_order).
    [[nodiscard]] bool push(task_header& task) noexcept {
        const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
        const std::int64_t top = top_.load(std::memory_order_acquire);
        if (bottom - top > mask_) return false;
        slot(bottom).store(&task, std::memory_order_relaxed);
        publish_before_asking(bottom_, bottom + 1, order_);
        return true;
    }

    /// Owner: the newest task, or null.
    [[nodiscard]] task_header* pop() noexcept {
        const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
        // Nothing to take, seen without the costly store below; thieves only make it emptier.
        if (bottom < top_.load(std::memory_order_relaxed)) return nullptr;
        bottom_.store(bottom, std::memory_order_seq_cst);
        std::int64_t top = top_.load(std::memory_order_seq_cst);
        if (top > bottom) {
            bottom_.store(bottom + 1, std::memory_order_relaxed);
            return nullptr;
        }
        task_header* task = slot(bottom).load(std::memory_order_relaxed);
        if (top == bottom) {
            // The last one: a thief may be after it too.
            if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                              std::memory_order_relaxed))
                task = nullptr;
            bottom_.store(bottom + 1, std::memory_order_relaxed);
        }
        return task;
    }

    /// Owner: takes that task if it is the newest and no thief is faster.
    [[nodiscard]] bool pop_if(const task_header& task) noexcept {
        return size() != 0 &&
               slot(bottom_.load(std::memory_order_relaxed) - 1).load(std::memory_order_relaxed) == &task &&
               pop() != nullptr;
    }

    /// Anybody, the owner too: the oldest task, or null when there is none or another thief was faster.
    [[nodiscard]] task_header* steal() noexcept {
        std::int64_t top = top_.load(std::memory_order_seq_cst);
        const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
        if (top >= bottom) return nullptr;
        // Speculative: if the exchange succeeds nobody can have written the slot since. Relaxed, because TSan
        // sees the race that the exchange decides.
        task_header* const task = slot(top).load(std::memory_order_relaxed);
        if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst, std::memory_order_relaxed))
            return nullptr;
        return task;
    }

    /// Tasks inside; exact for the owner when nobody steals, else a good guess. Anybody.
    [[nodiscard]] std::size_t size() const noexcept {
        const std::int64_t count =
            bottom_.load(std::memory_order_relaxed) - top_.load(std::memory_order_relaxed);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

    /// Before going to sleep: sequentially consistent, the counterpart of push(). Anybody.
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        return top_.load(std::memory_order_seq_cst) >= bottom_.load(std::memory_order_seq_cst);
    }

private:
    [[nodiscard]] std::atomic_ref<task_header*> slot(std::int64_t position) noexcept {
        return std::atomic_ref(slots_[static_cast<std::size_t>(position & mask_)]);
    }

    // Not initialised: a slot is written before it is read, and an unused page is never touched.
    std::unique_ptr<task_header*[]> slots_;
    std::int64_t mask_;
    wake_order order_;
    alignas(cache_line_bytes) std::atomic<std::int64_t> bottom_{0};
    alignas(cache_line_bytes) std::atomic<std::int64_t> top_{0};
};

} // namespace spargio::detail
