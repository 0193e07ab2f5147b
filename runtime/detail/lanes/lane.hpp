// A bounded single-producer single-consumer queue of messages in shared memory: the lane of one ordered pair of
// shards (R16).
//
// Each slot carries the number of the lap in which it was last written, so the consumer polls the slot itself
// and a message costs one cache line transfer, not two (one for a shared tail, one for the slot). The same idea
// as FastForward (Giacomoni, Moseley, Vachharajani, PPoPP 2008). The producer looks at the consumer's position
// only when its last copy of it says that the lane is full.
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/machine/cpu.hpp>
#include <spargio/detail/machine/process_barrier.hpp>
#include <spargio/detail/machine/zero_pages.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace spargio::detail {

/// Positions count messages since the start; 64 bits never wrap. The lap number of a slot has 32 bits and may
/// wrap: the consumer is never more than one lap behind, so equal numbers mean the same lap.
class lane {
public:
    /// `capacity` is rounded up to a power of two. Allocates once, here.
    explicit lane(std::size_t capacity, wake_order order = wake_order::by_both)
        : memory_(std::bit_ceil(capacity) * sizeof(slot)), slots_(static_cast<slot*>(memory_.data())),
          mask_(std::bit_ceil(capacity) - 1),
          lap_shift_(static_cast<unsigned>(std::countr_zero(std::bit_ceil(capacity)))), order_(order) {}

    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

    // --- producer -------------------------------------------------------------------------------------------

    /// Puts as many of `messages` as there is room for, in order, and says how many. Producer only. The caller
    /// goes on to ask whether the consumer sleeps, and that question must not overtake the store that publishes
    /// the last message (see parking_flag and wake_order).
    std::size_t push(std::span<const message> messages) noexcept {
        // Sequentially consistent, because a sender that finds no room goes to sleep on that: see
        // want_progress().
        if (room() < messages.size()) seen_head_ = head_.load(std::memory_order_seq_cst);
        const std::size_t count = std::min(messages.size(), room());
        if (count == 0) return 0;
        for (std::size_t i = 0; i + 1 < count; ++i)
            fill(messages[i]).lap.store(lap_of(tail_++), std::memory_order_release);
        publish(messages[count - 1]);
        return count;
    }

    /// Puts one message, as push() does; false when there is no room. Producer only.
    [[nodiscard]] bool push_one(const message& sent) noexcept {
        if (room() == 0) {
            seen_head_ = head_.load(std::memory_order_seq_cst);
            if (room() == 0) return false;
        }
        publish(sent);
        return true;
    }

    /// How many were ever put. Producer only.
    [[nodiscard]] std::uint64_t pushed() const noexcept { return tail_; }

    /// How many of them the consumer has taken, as far as it has published. Producer only. Sequentially
    /// consistent: see want_progress().
    [[nodiscard]] std::uint64_t taken() noexcept {
        seen_head_ = head_.load(std::memory_order_seq_cst);
        return seen_head_;
    }

    /// Tells the consumer whether the producer wants to be woken by progress. Producer only; after saying yes,
    /// look at taken(), or try push(), once more before sleeping.
    void want_progress(bool wanted) noexcept { producer_waits_.store(wanted, std::memory_order_seq_cst); }

    // --- consumer -------------------------------------------------------------------------------------------

    /// Takes the oldest message. Consumer only.
    bool pop(message& into) noexcept {
        slot& from = slots_[own_head_ & mask_];
        if (from.lap.load(std::memory_order_acquire) != lap_of(own_head_)) return false;
        into.tag = from.tag;
        into.value = from.value;
        head_.store(++own_head_, std::memory_order_release);
        return true;
    }

    /// Takes up to `most` messages, oldest first, hands each to `take(message)` and says how many. Consumer
    /// only. Publishes the progress once.
    template <class Take>
    std::size_t pop_many(std::size_t most, Take&& take) noexcept {
        std::size_t count = 0;
        for (; count < most; ++count) {
            const slot& from = slots_[(own_head_ + count) & mask_];
            if (from.lap.load(std::memory_order_acquire) != lap_of(own_head_ + count)) break;
            take(message{from.tag, from.value});
        }
        if (count == 0) return 0;
        own_head_ += count;
        head_.store(own_head_, std::memory_order_release);
        return count;
    }

    /// Whether pop() would find nothing. Consumer only.
    [[nodiscard]] bool empty() const noexcept {
        return slots_[own_head_ & mask_].lap.load(std::memory_order_acquire) != lap_of(own_head_);
    }

    /// The same question before going to sleep: sequentially consistent, the counterpart of push().
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        return slots_[own_head_ & mask_].lap.load(std::memory_order_seq_cst) != lap_of(own_head_);
    }

    /// How many were ever taken. Any thread; a guess for others than the consumer.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept { return head_.load(std::memory_order_relaxed); }

    /// How many wait to be taken. Any thread; a guess while producer or consumer go on. Costs them nothing but
    /// the cache lines of a few slots: the slots that are filled follow each other, so the last is searched by
    /// halves.
    [[nodiscard]] std::size_t waiting() const noexcept {
        const std::uint64_t first = head_.load(std::memory_order_acquire);
        std::size_t filled = 0;
        for (std::size_t step = capacity(); step != 0; step /= 2) {
            const std::uint64_t last = first + filled + step - 1;
            if (filled + step > capacity()) continue;
            const std::uint32_t lap = slots_[last & mask_].lap.load(std::memory_order_relaxed);
            if (static_cast<std::int32_t>(lap - lap_of(last)) >= 0) filled += step;
        }
        return filled;
    }

    /// After a run of pops: publishes the progress so that a producer about to sleep can't miss it, and says
    /// whether it wants to be woken. Consumer only; cheap when nothing was taken since the last call.
    [[nodiscard]] bool producer_wants_progress() noexcept {
        if (announced_head_ == own_head_) return false;
        announced_head_ = own_head_;
        if (order_ == wake_order::by_sleeper)
            std::atomic_signal_fence(std::memory_order_seq_cst); // pop() has published it
        else
            head_.exchange(own_head_, std::memory_order_seq_cst);
        return producer_waits_.load(std::memory_order_seq_cst);
    }

private:
    /// Begins its life as zero bytes in fresh pages: lap 0, never written. Laps count from 1.
    struct slot {
        std::uint64_t value;
        std::uint32_t tag;
        std::atomic<std::uint32_t> lap;
    };
    static_assert(std::is_trivially_destructible_v<slot> && sizeof(slot) == 16);

    [[nodiscard]] std::uint32_t lap_of(std::uint64_t position) const noexcept {
        return static_cast<std::uint32_t>(position >> lap_shift_) + 1;
    }

    [[nodiscard]] std::size_t room() const noexcept {
        return capacity() - static_cast<std::size_t>(tail_ - seen_head_);
    }

    /// The next slot, with the message in it but not yet published.
    [[nodiscard]] slot& fill(const message& sent) noexcept {
        slot& into = slots_[tail_ & mask_];
        into.value = sent.value;
        into.tag = sent.tag;
        return into;
    }

    void publish(const message& sent) noexcept {
        slot& into = fill(sent);
        publish_before_asking(into.lap, lap_of(tail_++), order_);
    }

    // Written once, read by both.
    zero_pages memory_;
    slot* slots_;
    std::uint64_t mask_;
    unsigned lap_shift_;
    wake_order order_;

    alignas(cache_line_bytes) std::uint64_t tail_ = 0; // the producer's own
    std::uint64_t seen_head_ = 0;
    alignas(cache_line_bytes) std::atomic<std::uint64_t> head_{0}; // written by the consumer, read by both
    std::uint64_t own_head_ = 0;
    std::uint64_t announced_head_ = 0;
    alignas(cache_line_bytes) std::atomic<bool> producer_waits_{false};
};

} // namespace spargio::detail
