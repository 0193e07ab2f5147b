// The sum of what one source has posted of one coalesced tag and the target has not taken yet (R22).
//
//   source                                       target
//   add(value)            fetch_add, seq_cst     announce its sleep                  seq_cst
//   was it 0?  -> asleep? -> ring the bell       empty_before_sleep()?               seq_cst
//                                                take()                              exchange, acquire
//
// Only the addition that finds 0 has to ask: as long as the sum is not 0, a target that waits for it finds it
// when it looks before it sleeps. tests/models/hot_sum_model.cpp shows that no sum is left lying while the
// target sleeps, and that none is lost.
#pragma once

#include <spargio/detail/machine/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace spargio::detail {

/// One cache line, so that sources do not disturb each other.
class alignas(cache_line_bytes) hot_sum {
public:
    /// Adds, modulo 2^64, and says whether the caller must now ask if the target sleeps: because the sum was 0,
    /// or because it has reached `threshold` (0: none) with this addition. Any thread.
    bool add(std::uint64_t value, std::uint64_t threshold) noexcept {
        if (value == 0) return false;
        const std::uint64_t before = sum_.fetch_add(value, std::memory_order_seq_cst);
        return before == 0 || (before < threshold && before + value >= threshold);
    }

    /// Takes the sum and leaves 0. Target only. Cost when there is none: one load.
    [[nodiscard]] std::uint64_t take() noexcept {
        if (sum_.load(std::memory_order_relaxed) == 0) return 0;
        return sum_.exchange(0, std::memory_order_acquire);
    }

    [[nodiscard]] bool empty() const noexcept { return sum_.load(std::memory_order_relaxed) == 0; }
    /// The same before going to sleep, the counterpart of add().
    [[nodiscard]] bool empty_before_sleep() const noexcept { return sum_.load(std::memory_order_seq_cst) == 0; }

private:
    std::atomic<std::uint64_t> sum_{0};
};

} // namespace spargio::detail
