// A bounded queue of messages from any number of threads to one consumer: how threads that own no ring send to
// a shard (R23).
//
// Each slot carries a turn number that says whose it is: 2 * lap for the producer of that lap, 2 * lap + 1 for
// the consumer. A producer takes a position from the shared tail and then fills the slot at its leisure; the
// consumer waits for the slots in order. The idea is Dmitry Vyukov's bounded queue (1024cores.net). Slots begin
// as zero bytes, so memory is touched only as far as the queue was ever filled.
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/machine/cpu.hpp>
#include <spargio/detail/machine/zero_pages.hpp>

#include <atomic>
#include <bit>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace spargio::detail {

/// Messages of one thread keep their order. A turn number has 32 bits and may wrap: a producer that compares it
/// holds a tail that is at most one lap old, or its exchange fails.
class injection_queue {
public:
    /// `capacity` is rounded up to a power of two. Throws std::bad_alloc.
    explicit injection_queue(std::size_t capacity)
        : memory_(std::bit_ceil(capacity) * sizeof(slot)), slots_(static_cast<slot*>(memory_.data())),
          mask_(std::bit_ceil(capacity) - 1),
          lap_shift_(static_cast<unsigned>(std::countr_zero(std::bit_ceil(capacity)))) {}

    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

    // --- any thread -----------------------------------------------------------------------------------------

    /// Puts a message; false when there is no room. The store that publishes it is sequentially consistent: the
    /// caller goes on to ask whether the consumer sleeps. Never waits for another thread.
    [[nodiscard]] bool push(const message& sent) noexcept {
        std::uint64_t at = tail_.load(std::memory_order_relaxed);
        for (;;) {
            slot& into = slots_[at & mask_];
            const std::uint32_t mine = turn_of(at);
            const auto ahead = static_cast<std::int32_t>(into.turn.load(std::memory_order_acquire) - mine);
            if (ahead < 0) { // the message of the lap before has not been taken
                return false;
            }
            if (ahead == 0 && tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
                into.value = sent.value;
                into.tag = sent.tag;
                into.turn.store(mine + 1, std::memory_order_seq_cst);
                return true;
            }
            if (ahead > 0) at = tail_.load(std::memory_order_relaxed);
        }
    }

    /// Waits for room and puts a message; false when `ended()` said so first: it is asked after each wake-up,
    /// and the thread that makes it true calls wake_waiting() afterwards. Blocks the thread.
    template <class Ended>
    [[nodiscard]] bool push_waiting(const message& sent, Ended&& ended) {
        if (push(sent)) return true;
        std::unique_lock hold(lock_);
        // Counted before the last look, and the consumer asks after it has made room, both by changing the same
        // word: either it sees us, or we see the room.
        waiting_.fetch_add(1, std::memory_order_acq_rel);
        bool done = false;
        while (!ended() && !(done = push(sent))) room_.wait(hold);
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        return done;
    }

    /// Makes the waiting threads ask again whether it has ended.
    void wake_waiting() noexcept {
        const std::lock_guard hold(lock_);
        room_.notify_all();
    }

    /// How many were ever taken. A guess for others than the consumer.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept { return taken_.load(std::memory_order_relaxed); }

    /// How many wait to be taken, or are being written. A guess for all.
    [[nodiscard]] std::size_t waiting() const noexcept {
        const std::uint64_t taken = taken_.load(std::memory_order_relaxed);
        const std::uint64_t put = tail_.load(std::memory_order_relaxed);
        return put > taken ? static_cast<std::size_t>(put - taken) : 0;
    }

    // --- consumer -------------------------------------------------------------------------------------------

    /// Takes the oldest message. A message that another thread is still writing holds up those behind it.
    [[nodiscard]] bool pop(message& into) noexcept {
        slot& from = slots_[head_ & mask_];
        const std::uint32_t filled = turn_of(head_) + 1;
        if (from.turn.load(std::memory_order_acquire) != filled) return false;
        into = {from.tag, from.value};
        from.turn.store(turn_of(head_ + mask_ + 1), std::memory_order_release);
        taken_.store(++head_, std::memory_order_relaxed);
        return true;
    }

    [[nodiscard]] bool empty() const noexcept {
        return slots_[head_ & mask_].turn.load(std::memory_order_acquire) != turn_of(head_) + 1;
    }
    /// The same question before going to sleep, the counterpart of push().
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        return slots_[head_ & mask_].turn.load(std::memory_order_seq_cst) != turn_of(head_) + 1;
    }

    /// After a run of pops: wakes the threads that wait for room. Cheap when nothing was taken since.
    void publish_progress() noexcept {
        if (announced_ == head_) return;
        announced_ = head_;
        if (waiting_.fetch_add(0, std::memory_order_acq_rel) != 0) wake_waiting();
    }

private:
    struct slot {
        std::uint64_t value;
        std::uint32_t tag;
        std::atomic<std::uint32_t> turn;
    };
    static_assert(sizeof(slot) == 16);

    [[nodiscard]] std::uint32_t turn_of(std::uint64_t position) const noexcept {
        return static_cast<std::uint32_t>(position >> lap_shift_) * 2;
    }

    zero_pages memory_;
    slot* slots_;
    std::uint64_t mask_;
    unsigned lap_shift_;

    alignas(cache_line_bytes) std::atomic<std::uint64_t> tail_{0};
    alignas(cache_line_bytes) std::uint64_t head_ = 0; // the consumer's own
    std::uint64_t announced_ = 0;
    std::atomic<std::uint64_t> taken_{0};
    alignas(cache_line_bytes) std::atomic<std::uint32_t> waiting_{0};
    std::mutex lock_;
    std::condition_variable room_;
};

} // namespace spargio::detail
