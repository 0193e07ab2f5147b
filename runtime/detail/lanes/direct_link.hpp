// What the two ends of an ordered pair of shards know about their direct messages (R19), which travel in the
// completion of a MSG_RING request.
//
// The kernel promises neither order nor back-pressure, and its answer to the sender is no delivery (hazards,
// findings 4 and 6, row 13). So each message has a position; at most `most_outstanding` positions lie between
// the oldest that no task has taken and the newest, and six bits tell them apart. The receiver puts what comes
// back into order. The sender keeps a copy until it was taken: what the kernel will not carry, the receiver
// reads from there, told so by a bit for each position.
//
//   sender                                        receiver
//   put(), publish()
//   MSG_RING with slot, tag and value ---------▶  arrived(slot, message)
//   or hand_over(): a bit in handed_over_ ------▶ take() looks there for what it lacks
//   room() ◀------------------------------------- take(): position taken
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/machine/cpu.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace spargio::detail {

/// What a direct message can carry: its completion has 88 bits for it, of which 16 say where it belongs.
struct direct_limits {
    static constexpr unsigned tag_bits = 16;
    static constexpr unsigned value_bits = 56;
    /// Messages of one shard to one other that no task there has taken yet.
    static constexpr std::uint32_t most_outstanding = 64;

    [[nodiscard]] static constexpr bool fits(const message& carried) noexcept {
        return carried.tag >> tag_bits == 0 && carried.value >> value_bits == 0;
    }
};

class direct_link {
public:
    direct_link() = default;
    direct_link(const direct_link&) = delete;
    direct_link& operator=(const direct_link&) = delete;

    // --- sender
    // -----------------------------------------------------------------------------------------------

    /// How many more may be put. Sender only.
    [[nodiscard]] std::size_t room() noexcept {
        if (next_ - seen_taken_ == slots) seen_taken_ = taken_.load(std::memory_order_seq_cst);
        return slots - static_cast<std::size_t>(next_ - seen_taken_);
    }

    /// Keeps a copy and gives its slot. Only while there is room. Sender only; publish() when all are put, and
    /// before any of them is sent.
    std::uint32_t put(const message& carried) noexcept {
        const std::uint32_t slot = slot_of(next_++);
        copies_[slot] = carried;
        return slot;
    }
    void publish() noexcept { published_.store(next_, std::memory_order_release); }

    /// Lets the receiver read the copies of the newest `count`, or the copy in one slot, because the kernel
    /// will not deliver them. Sender only. Sequentially consistent: the caller goes on to ask whether the
    /// receiver sleeps.
    void hand_over_newest(std::size_t count) noexcept {
        std::uint64_t bits = 0;
        for (std::size_t back = 1; back <= count; ++back) bits |= bit_of(slot_of(next_ - back));
        handed_over_.fetch_or(bits, std::memory_order_seq_cst);
    }
    void hand_over(std::uint32_t slot) noexcept {
        handed_over_.fetch_or(bit_of(slot), std::memory_order_seq_cst);
    }

    /// How many were ever put. Sender only.
    [[nodiscard]] std::uint64_t pushed() const noexcept { return next_; }
    /// How many of them were taken, and whether the receiver is to say when there are more: see lane.
    [[nodiscard]] std::uint64_t taken() noexcept {
        seen_taken_ = taken_.load(std::memory_order_seq_cst);
        return seen_taken_;
    }
    void want_progress(bool wanted) noexcept { sender_waits_.store(wanted, std::memory_order_seq_cst); }

    // --- receiver
    // ---------------------------------------------------------------------------------------------

    /// A message has come through the kernel. Receiver only. One that is not on its way, or has come already,
    /// is dropped.
    void arrived(std::uint32_t slot, const message& carried) noexcept {
        // The position with this slot that is due. The load is what orders whatever the sender did before; the
        // kernel does so too, but neither the language nor a sanitizer knows that.
        const std::uint64_t position = due_ + ((slot - due_) & (slots - 1));
        if (position >= published_.load(std::memory_order_acquire) || (filled_ & bit_of(slot)) != 0) return;
        waiting_[slot] = carried;
        filled_ |= bit_of(slot);
    }

    /// Takes the next message, if it has come. Receiver only.
    bool take(message& into) noexcept {
        const std::uint32_t slot = slot_of(due_);
        if ((filled_ & bit_of(slot)) == 0) {
            if ((handed_over_.load(std::memory_order_acquire) & bit_of(slot)) == 0) return false;
            collect();
        }
        into = waiting_[slot];
        filled_ &= ~bit_of(slot);
        taken_.store(++due_, std::memory_order_release);
        return true;
    }

    /// Whether take() would find one. Receiver only.
    [[nodiscard]] bool empty() const noexcept {
        return !has(handed_over_.load(std::memory_order_acquire) | filled_);
    }
    /// The same question before going to sleep, the counterpart of hand_over().
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        return !has(handed_over_.load(std::memory_order_seq_cst) | filled_);
    }

    /// How many were ever taken. Any thread.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept { return taken_.load(std::memory_order_relaxed); }

    /// How many are on their way or wait to be taken. Any thread; a guess.
    [[nodiscard]] std::uint64_t waiting() const noexcept {
        const std::uint64_t taken = taken_.load(std::memory_order_acquire);
        return published_.load(std::memory_order_relaxed) - taken;
    }

    /// After a run of take(): whether the sender wants to be woken by that. Receiver only.
    [[nodiscard]] bool sender_wants_progress() noexcept {
        if (announced_ == due_) return false;
        announced_ = due_;
        taken_.exchange(due_, std::memory_order_seq_cst);
        return sender_waits_.load(std::memory_order_seq_cst);
    }

private:
    static constexpr std::uint32_t slots = direct_limits::most_outstanding;
    static_assert(slots == std::numeric_limits<std::uint64_t>::digits, "a bit for each slot");

    [[nodiscard]] static constexpr std::uint32_t slot_of(std::uint64_t position) noexcept {
        return static_cast<std::uint32_t>(position % slots);
    }
    [[nodiscard]] static constexpr std::uint64_t bit_of(std::uint32_t slot) noexcept {
        return std::uint64_t{1} << slot;
    }
    [[nodiscard]] bool has(std::uint64_t there) const noexcept { return (there & bit_of(slot_of(due_))) != 0; }

    /// Takes up what the sender has handed over in memory.
    void collect() noexcept {
        const std::uint64_t bits = handed_over_.exchange(0, std::memory_order_acquire);
        for (std::uint32_t slot = 0; slot < slots; ++slot)
            if ((bits & bit_of(slot)) != 0) arrived(slot, copies_[slot]);
    }

    // The sender's.
    alignas(cache_line_bytes) std::atomic<std::uint64_t> published_{0};
    std::uint64_t next_ = 0;
    std::uint64_t seen_taken_ = 0;
    std::array<message, slots> copies_; // one belongs to the sender again when its position was taken
    // The receiver's.
    alignas(cache_line_bytes) std::atomic<std::uint64_t> taken_{0};
    std::uint64_t due_ = 0; // the position to be taken next
    std::uint64_t announced_ = 0;
    std::uint64_t filled_ = 0; // slots of waiting_
    std::array<message, slots> waiting_;
    // Rarely used.
    alignas(cache_line_bytes) std::atomic<std::uint64_t> handed_over_{0}; // slots of copies_
    std::atomic<bool> sender_waits_{false};
};

} // namespace spargio::detail
