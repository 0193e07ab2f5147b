// A guess whether something that may have to wait can be done at once, from how it went of late.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace spargio::detail {

/// After a success each try is worth it, after failures in a row every third, fifth, ninth and so on to every
/// 33rd. The pauses are of even length, so that what succeeds every second time is not always met at the wrong
/// one. Any thread; where several ask at once some tries are more or fewer. Cost: a load or two.
class attempt_guess {
public:
    /// Each call counts as one occasion.
    [[nodiscard]] bool worth_trying() noexcept {
        const std::uint8_t pause = pause_.load(std::memory_order_relaxed);
        if (pause == 0) return true;
        pause_.store(static_cast<std::uint8_t>(pause - 1), std::memory_order_relaxed);
        return false;
    }
    /// Says how a try went.
    void tried(bool successfully) noexcept {
        if (successfully) {
            if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
            return;
        }
        const int failures = std::min(failures_.load(std::memory_order_relaxed) + 1, most_failures);
        failures_.store(static_cast<std::uint8_t>(failures), std::memory_order_relaxed);
        pause_.store(static_cast<std::uint8_t>(1 << failures), std::memory_order_relaxed);
    }

private:
    static constexpr int most_failures = 5;

    std::atomic<std::uint8_t> failures_{0}; // in a row
    std::atomic<std::uint8_t> pause_{0};    // occasions to let go by
};

} // namespace spargio::detail
