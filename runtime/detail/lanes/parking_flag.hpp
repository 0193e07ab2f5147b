// Whether a shard sleeps, and which waker rings its bell: the one flag of the park and doorbell protocol (P3).
//
//   waker                                    sleeper
//   make work visible      (seq_cst)         announce_sleep()           store 1 (seq_cst)
//   claim_wake()?  -> ring the bell          look for work once more    (seq_cst loads)
//                                            found: stay_awake(); else wait in the kernel, then stay_awake()
//
// The store and the load on either side must not change places, or both sides see the past and the wake-up is
// lost; with sequential consistency on all four, one of them sees the other. At most one waker wins the
// exchange, so at most one bell rings for a sleep. tests/models/park_model.cpp checks this with Relacy, and
// that each weaker order fails.
#pragma once

#include <spargio/detail/machine/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace spargio::detail {

class parking_flag {
public:
    /// Sleeper: from here on wakers ring. Look for work again before really sleeping.
    void announce_sleep() noexcept { asleep_.store(1, std::memory_order_seq_cst); }

    /// Sleeper: awake again, by whatever cause.
    void stay_awake() noexcept { asleep_.store(0, std::memory_order_seq_cst); }

    /// Waker, after its work is visible: whether there is a sleep to claim. Cost: one load of a line that both
    /// share.
    [[nodiscard]] bool asleep() const noexcept { return asleep_.load(std::memory_order_seq_cst) != 0; }

    /// Waker, after its work is visible: true exactly once per sleep, and then it must ring the bell.
    /// Cost when the sleeper is awake: one load of a line that both share.
    [[nodiscard]] bool claim_wake() noexcept {
        return asleep() && asleep_.exchange(0, std::memory_order_seq_cst) != 0;
    }

    /// Sleeper, between announce_sleep() and stay_awake(): whether somebody has claimed this sleep.
    [[nodiscard]] bool claimed() const noexcept { return asleep_.load(std::memory_order_seq_cst) == 0; }

    /// For choosing whom to wake; may be out of date.
    [[nodiscard]] bool looks_asleep() const noexcept { return asleep_.load(std::memory_order_relaxed) != 0; }

private:
    alignas(cache_line_bytes) std::atomic<std::uint32_t> asleep_{0};
};

} // namespace spargio::detail
