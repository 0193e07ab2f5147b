// A bounded queue of values for any number of threads at both ends, which the holder of its owner's lock can
// shut: the way of channel<T> while nobody waits.
//
// Each cell carries a turn number that says whose it is: 2 * lap for a putter of that lap, 2 * lap + 1 for a
// taker (the idea is Dmitry Vyukov's bounded queue, 1024cores.net). One exchange of the tail, or the head,
// reserves a cell and at the same time finds out whether the ring is shut: the mark stands in the same word. So
// there is no question that could overtake a store, and no fence:
//
//   putter                                          holder of the lock, for example a taker that found nothing
//   tail: compare-exchange, not shut -> next        shut(): the mark into tail and head
//   fill the cell, turn = filled                    nobody can reserve any more; what was reserved is counted
//
// A reservation comes before the mark, and the holder sees it, or after, and then it fails. A holder that needs
// a cell that is reserved but not yet filled (or emptied) waits for it: some instructions, unless that thread
// has lost its CPU. tests/models/channel_model.cpp checks this.
#pragma once

#include <spargio/detail/machine/cpu.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>

namespace spargio::detail {

/// Positions are a lap, an index, and the mark. A lap has 32 bits and may wrap: an exchange that holds an old
/// word would have to sleep for 2^32 laps to succeed by mistake.
template <class T>
class gated_ring {
    static_assert(std::is_nothrow_move_constructible_v<T>);

public:
    static constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();

    /// For `capacity` values, from 1 to `most`. Throws std::bad_alloc.
    explicit gated_ring(std::size_t capacity)
        : capacity_(static_cast<std::uint32_t>(std::clamp<std::size_t>(capacity, 1, most))),
          cells_(std::make_unique<cell[]>(capacity_)) {}
    gated_ring(const gated_ring&) = delete;
    gated_ring& operator=(const gated_ring&) = delete;
    /// Nobody uses it any more.
    ~gated_ring() {
        if (!shut_) shut();
        while (!empty()) static_cast<void>(take());
    }

    // --- any thread -----------------------------------------------------------------------------------------

    /// Puts a value, and only then moves from it. False when the ring is full or shut.
    [[nodiscard]] bool try_put(T& value) noexcept {
        std::uint64_t at = tail_.word.load(std::memory_order_relaxed);
        for (;;) {
            if ((at & mark) != 0) return false;
            cell& into = cells_[index_of(at)];
            const auto ahead =
                static_cast<std::int32_t>(into.turn.load(std::memory_order_acquire) - free_in(at));
            if (ahead < 0) return false; // the value of the lap before is still there
            if (ahead > 0) {
                at = tail_.word.load(std::memory_order_relaxed);
            } else if (tail_.word.compare_exchange_weak(at, after(at), std::memory_order_relaxed)) {
                into.fill(std::move(value), filled_in(at));
                return true;
            }
        }
    }

    /// Takes the oldest value, handing it to `take(T&&)`, which must not throw. False when the ring is empty or
    /// shut.
    template <class Take>
    [[nodiscard]] bool try_take(Take&& take) noexcept {
        std::uint64_t at = head_.word.load(std::memory_order_relaxed);
        for (;;) {
            if ((at & mark) != 0) return false;
            cell& from = cells_[index_of(at)];
            const auto ahead =
                static_cast<std::int32_t>(from.turn.load(std::memory_order_acquire) - filled_in(at));
            if (ahead < 0) return false;
            if (ahead > 0) {
                at = head_.word.load(std::memory_order_relaxed);
            } else if (head_.word.compare_exchange_weak(at, after(at), std::memory_order_relaxed)) {
                take(std::move(from.value()));
                from.clear(free_in(at + one_lap));
                return true;
            }
        }
    }

    /// Whether the ring is open and was empty, or full, at some moment during the call.
    [[nodiscard]] bool surely_empty() const noexcept {
        const std::uint64_t head =
            head_.word.load(std::memory_order_acquire); // before the tail, which it never passes
        return (head & mark) == 0 && tail_.word.load(std::memory_order_relaxed) == head;
    }
    [[nodiscard]] bool surely_full() const noexcept {
        const std::uint64_t tail = tail_.word.load(std::memory_order_acquire);
        return (tail & mark) == 0 && head_.word.load(std::memory_order_relaxed) + one_lap == tail;
    }

    // --- for the holder of the owner's lock -----------------------------------------------------------------

    /// From here on only holders of the lock move anything. Cheap when it is shut.
    void shut() noexcept {
        if (shut_) return;
        shut_ = true;
        tail_.word.fetch_or(mark, std::memory_order_relaxed);
        head_.word.fetch_or(mark, std::memory_order_relaxed);
    }
    void open() noexcept {
        if (!shut_) return;
        shut_ = false;
        head_.word.store(head() & ~mark, std::memory_order_relaxed);
        tail_.word.store(tail() & ~mark, std::memory_order_relaxed);
    }

    // While it is shut:

    [[nodiscard]] bool empty() const noexcept { return head() == tail(); }
    [[nodiscard]] bool full() const noexcept { return head() + one_lap == tail(); }

    /// Only when not full().
    void put(T&& value) noexcept {
        const std::uint64_t at = tail();
        cell& into = cells_[index_of(at)];
        into.wait_for(free_in(at));
        into.fill(std::move(value), filled_in(at));
        tail_.word.store(after(at), std::memory_order_relaxed);
    }
    /// Only when not empty().
    [[nodiscard]] T take() noexcept {
        const std::uint64_t at = head();
        cell& from = cells_[index_of(at)];
        from.wait_for(filled_in(at));
        T value = std::move(from.value());
        from.clear(free_in(at + one_lap));
        head_.word.store(after(at), std::memory_order_relaxed);
        return value;
    }

private:
    struct cell {
        std::atomic<std::uint32_t> turn{0};
        alignas(T) std::byte room[sizeof(T)];

        [[nodiscard]] T& value() noexcept { return *std::launder(reinterpret_cast<T*>(room)); }
        void fill(T&& entry, std::uint32_t turn_after) noexcept {
            ::new (static_cast<void*>(room)) T(std::move(entry));
            turn.store(turn_after, std::memory_order_release);
        }
        void clear(std::uint32_t turn_after) noexcept {
            value().~T();
            turn.store(turn_after, std::memory_order_release);
        }
        void wait_for(std::uint32_t wanted) const noexcept {
            for (unsigned spins = 0; turn.load(std::memory_order_acquire) != wanted;) {
                if (++spins % 128 == 0) std::this_thread::yield();
                cpu_relax();
            }
        }
    };

    static constexpr std::uint64_t mark = 1;
    static constexpr std::uint64_t one_lap = std::uint64_t{1} << 32;

    [[nodiscard]] static constexpr std::uint32_t index_of(std::uint64_t at) noexcept {
        return static_cast<std::uint32_t>(at) >> 1;
    }
    [[nodiscard]] static constexpr std::uint32_t free_in(std::uint64_t at) noexcept {
        return static_cast<std::uint32_t>(at >> 32) * 2;
    }
    [[nodiscard]] static constexpr std::uint32_t filled_in(std::uint64_t at) noexcept {
        return free_in(at) + 1;
    }
    /// The next position; the mark stays.
    [[nodiscard]] std::uint64_t after(std::uint64_t at) const noexcept {
        if (index_of(at) + 1 != capacity_) return at + 2;
        return ((at >> 32) + 1) << 32 | (at & mark);
    }

    [[nodiscard]] std::uint64_t tail() const noexcept { return tail_.word.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t head() const noexcept { return head_.word.load(std::memory_order_relaxed); }

    /// A word with a cache line to itself but for its neighbour before. No alignas: a channel may stand in the
    /// frame of a coroutine, and compilers allocate frames without regard to more than the usual alignment.
    struct spaced {
        std::atomic<std::uint64_t> word{0};
        std::byte space[cache_line_bytes - sizeof(std::uint64_t)];
    };

    spaced tail_;
    spaced head_;
    const std::uint32_t capacity_;
    bool shut_ = false; // under the lock
    const std::unique_ptr<cell[]> cells_;
};

} // namespace spargio::detail
