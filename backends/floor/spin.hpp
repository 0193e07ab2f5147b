// Spinning on one word, and the word's own cache line.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace bench::by_hand {

/// Two lines, because x86 prefetches lines in pairs.
inline constexpr std::size_t line_size = 128;

/// A word that no other data shares a cache line with.
struct alignas(line_size) lone_word {
    std::atomic<std::uint64_t> value{0};
};

/// Calls `ready` until it is true. Gives the CPU away now and then, so that a machine with fewer free CPUs than
/// spinning threads goes on; at the usual wait of some hundred turns that is never reached.
template <class Ready>
void spin_until(Ready ready) noexcept {
    constexpr std::uint32_t turns_before_yield = 20'000;
    for (std::uint32_t turns = 0; !ready(); ++turns) {
        if (turns >= turns_before_yield) {
            std::this_thread::yield();
            turns = 0;
        }
    }
}

/// Waits until the word is no longer `old`, and gives the new value.
inline std::uint64_t await_change(const lone_word& word, std::uint64_t old) noexcept {
    std::uint64_t now = old;
    spin_until([&] { return (now = word.value.load(std::memory_order_acquire)) != old; });
    return now;
}

} // namespace bench::by_hand
