// What waits for a moment, by deadline: a hierarchical timing wheel (R34).
//
// Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), with a bit map for each level, so
// that empty slots cost nothing and a wheel can afford ticks of one nanosecond: order is exact, nothing is
// rounded.
//
//   level 10 ... level 2     level 1     level 0        a deadline's 64 bits in groups of six
//   xxxx         dddddd      dddddd      dddddd
//
// A timer stands at the level of the highest group in which its deadline differs from the wheel's own time, in
// the slot that this group numbers. So all of a level comes before all of the next one, and the first slot of
// the lowest level in use holds the earliest timer. When time reaches a slot of a higher level its timers move
// down.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace spargio::detail {

class timer_queue;

/// A timer: the part of a wait that the queue links. The queue allocates nothing. It must be out of the queue
/// when it is destroyed.
class timer_node {
public:
    timer_node() = default;
    timer_node(const timer_node&) = delete;
    timer_node& operator=(const timer_node&) = delete;

    /// Whether it is in a queue.
    [[nodiscard]] bool pending() const noexcept { return pending_; }

private:
    friend timer_queue;
    timer_node* previous_ = nullptr;
    timer_node* next_ = nullptr;
    std::uint64_t deadline_ = 0;
    bool pending_ = false;
};

/// One thread. Everything is O(1) but pop_expired(), which moves a timer at most once for each level it came
/// down, and next_deadline() after removals, see there. 11 KiB to 17 KiB, none of it touched before it is used.
class timer_queue {
public:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;

    timer_queue() noexcept {} // NOLINT: not `= default`, which would let value initialisation clear the slots
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;

    [[nodiscard]] bool empty() const noexcept { return levels_ == 0; }

    /// Adds a timer; behind those of the same deadline. Any deadline is legal, past ones too. A few ns.
    void insert(timer_node& node, time_point deadline) noexcept {
        assert(!node.pending_ && "a timer is in one queue, once");
        node.deadline_ = ticks(deadline);
        node.pending_ = true;
        place(node);
    }

    /// Takes a timer out; nothing when it is not in. A few ns, if the neighbours are in the cache.
    void remove(timer_node& node) noexcept {
        if (!node.pending_) return;
        unlink(node, position_of(node));
    }

    /// A moment before which nothing expires: the earliest deadline, or an earlier moment where a timer that
    /// was removed would have expired; asked again after that moment and a pop_expired(), it knows better. Not
    /// when empty().
    [[nodiscard]] time_point next_deadline() const noexcept {
        const position first = first_position();
        return time_point(clock::duration(static_cast<clock::rep>(slots_[first.level][first.index].earliest)));
    }

    /// Takes out the timer with the earliest deadline that is not after `at`; null when there is none. Those of
    /// the same deadline come in the order of their insertion. `at` never goes back.
    [[nodiscard]] timer_node* pop_expired(time_point at) noexcept {
        const std::uint64_t now = ticks(at);
        while (levels_ != 0) {
            const position first = first_position();
            const std::uint64_t start = start_of(first);
            if (start > now) break;
            slot& from = slots_[first.level][first.index];
            // Alone in the first slot it is the earliest, and there is no order to be found out.
            const bool alone = from.first == from.last && from.first->deadline_ <= now;
            if (first.level == 0 || alone) {
                timer_node& node = *from.first;
                unlink(node, first);
                now_ = start;
                return &node;
            }
            now_ = start;
            move_down(first);
        }
        now_ = std::max(now_, now);
        return nullptr;
    }

    /// Takes out any timer, the earliest slot first; null when empty.
    [[nodiscard]] timer_node* pop_any() noexcept {
        if (levels_ == 0) return nullptr;
        const position first = first_position();
        timer_node& node = *slots_[first.level][first.index].first;
        unlink(node, first);
        return &node;
    }

private:
    static constexpr unsigned bits_per_level = 6;
    static constexpr unsigned slots_per_level = 1u << bits_per_level;
    static constexpr unsigned level_count = 11; // 66 bits, and a deadline has 63

    /// Valid where its bit in occupied_ is set.
    struct slot {
        timer_node* first;
        timer_node* last;
        std::uint64_t earliest; // no timer of the slot has an earlier deadline, unless time has passed it
    };
    struct position {
        unsigned level;
        unsigned index;
    };

    [[nodiscard]] static std::uint64_t ticks(time_point when) noexcept {
        const auto count =
            std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
        return count < 0 ? 0 : static_cast<std::uint64_t>(count);
    }

    /// Where a timer stands, now and until time reaches its slot. What is overdue stands where time is.
    [[nodiscard]] position position_of(const timer_node& node) const noexcept {
        const std::uint64_t when = std::max(node.deadline_, now_);
        const std::uint64_t differs = when ^ now_;
        const unsigned level =
            differs == 0 ? 0 : (static_cast<unsigned>(std::bit_width(differs)) - 1) / bits_per_level;
        return {level, static_cast<unsigned>(when >> (level * bits_per_level)) % slots_per_level};
    }

    /// Slots never wrap round: within a level a higher index is a later time.
    [[nodiscard]] position first_position() const noexcept {
        const auto level = static_cast<unsigned>(std::countr_zero(levels_));
        return {level, static_cast<unsigned>(std::countr_zero(occupied_[level]))};
    }

    [[nodiscard]] std::uint64_t start_of(position where) const noexcept {
        const unsigned shift = where.level * bits_per_level;
        const unsigned above = shift + bits_per_level;
        const std::uint64_t block = above < 64 ? now_ >> above << above : 0;
        return block | std::uint64_t{where.index} << shift;
    }

    void place(timer_node& node) noexcept;
    void unlink(timer_node& node, position where) noexcept;
    void move_down(position from) noexcept;

    std::uint64_t now_ = 0; ///< time as far as the wheel has turned
    std::uint32_t levels_ = 0;
    std::array<std::uint64_t, level_count> occupied_{};
    slot slots_[level_count][slots_per_level];
};

inline void timer_queue::place(timer_node& node) noexcept {
    const position at = position_of(node);
    slot& into = slots_[at.level][at.index];
    const std::uint64_t bit = std::uint64_t{1} << at.index;
    if ((occupied_[at.level] & bit) == 0) {
        occupied_[at.level] |= bit;
        levels_ |= 1u << at.level;
        node.previous_ = node.next_ = nullptr;
        into = {&node, &node, node.deadline_};
        return;
    }
    // On level 0 all deadlines of a slot are equal, but for those that were overdue when they came.
    timer_node* before = into.last;
    if (at.level == 0)
        while (before != nullptr && before->deadline_ > node.deadline_) before = before->previous_;
    node.previous_ = before;
    node.next_ = before != nullptr ? before->next_ : into.first;
    (before != nullptr ? before->next_ : into.first) = &node;
    (node.next_ != nullptr ? node.next_->previous_ : into.last) = &node;
    into.earliest = std::min(into.earliest, node.deadline_);
}

inline void timer_queue::unlink(timer_node& node, position where) noexcept {
    node.pending_ = false;
    if (node.previous_ != nullptr && node.next_ != nullptr) {
        node.previous_->next_ = node.next_;
        node.next_->previous_ = node.previous_;
        return;
    }
    slot& from = slots_[where.level][where.index];
    (node.previous_ != nullptr ? node.previous_->next_ : from.first) = node.next_;
    (node.next_ != nullptr ? node.next_->previous_ : from.last) = node.previous_;
    if (from.first != nullptr) return;
    occupied_[where.level] &= ~(std::uint64_t{1} << where.index);
    if (occupied_[where.level] == 0) levels_ &= ~(1u << where.level);
}

/// Spreads a slot over the levels below, now that time has reached it.
inline void timer_queue::move_down(position from) noexcept {
    timer_node* node = slots_[from.level][from.index].first;
    occupied_[from.level] &= ~(std::uint64_t{1} << from.index);
    if (occupied_[from.level] == 0) levels_ &= ~(1u << from.level);
    while (node != nullptr) {
        timer_node* const next = node->next_;
        place(*node);
        node = next;
    }
}

} // namespace spargio::detail
