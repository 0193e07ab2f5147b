// Requests that many tasks give up at about the same time: their deadlines pass together, or a group is
// cancelled. The kernel is asked to end them when all are known, because only then can the newest come first,
// and the order decides whether its work is linear (docs/decisions/0041, 0051).
//
//    add() -> gathered, until no more come -> in order -> take_newest(), until empty
#pragma once

#include <spargio/detail/loop/operation_slots.hpp>

#include <time.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace spargio::detail {

/// Of one shard, for its thread. Holds memory only while there is a crowd.
class ending_crowd {
public:
    [[nodiscard]] bool empty() const noexcept { return gathered_.empty() && in_order_.empty(); }
    /// Whether nothing has been given up of late: then the end of a turn may be passed over.
    [[nodiscard]] bool is_idle() const noexcept { return in_this_turn_ == 0 && empty(); }

    /// Whether a request that a task gives up is one of many. The first few of a turn are not.
    [[nodiscard]] bool takes_one_more() noexcept { return ++in_this_turn_ > few || !empty(); }
    /// The shard's turn has run so many tasks. Where a request takes long to give up, as with tens of thousands
    /// in one list, the shard's turns are of a few tasks, or of one; here some of them count as one turn.
    void end_turn(std::uint32_t tasks, bool more_may_come) noexcept {
        tasks_ += tasks;
        turn_has_ended_ = tasks_ >= whole_turn || !more_may_come;
        if (!turn_has_ended_) return;
        tasks_ = 0;
        in_this_turn_ = 0;
    }

    /// Adds one that is in flight; false when there is no memory for it.
    [[nodiscard]] bool add(std::uint64_t number) noexcept {
        try {
            gathered_.push_back(number);
        } catch (const std::bad_alloc&) {
            return false;
        }
        if (gathered_.size() == 1) began_ = time_of_this_thread();
        return true;
    }

    /// At the end of a turn: whether some are to be ended now. What is gathered waits for what is in order, and
    /// for more: as long as each turn brings some, the next one can, and the first has not waited too long.
    [[nodiscard]] bool has_some_to_end(bool more_may_come, const operation_slots& slots) noexcept {
        if (!in_order_.empty()) return true;
        if (!turn_has_ended_ && more_may_come) return false;
        const bool has_grown = std::exchange(size_before_, gathered_.size()) != gathered_.size();
        if (has_grown && more_may_come && time_of_this_thread() - began_ < longest_wait) return false;
        return has_some_to_end(slots);
    }
    /// The same without waiting for more.
    [[nodiscard]] bool has_some_to_end(const operation_slots& slots) noexcept {
        if (in_order_.empty() && !gathered_.empty()) {
            in_order_ = std::exchange(gathered_, {});
            size_before_ = 0;
            slots.put_in_order(in_order_);
        }
        return !in_order_.empty();
    }

    /// Of those in order the number that was given last; the request may have ended by itself.
    [[nodiscard]] std::uint64_t take_newest() noexcept {
        const std::uint64_t newest = in_order_.back();
        in_order_.pop_back();
        if (in_order_.empty()) in_order_ = {};
        return newest;
    }
    [[nodiscard]] bool has_newest() const noexcept { return !in_order_.empty(); }

private:
    /// So many a turn are ended at once, in any order.
    static constexpr std::uint32_t few = 16;
    /// Tasks of one: as many as a shard's turn has by default.
    static constexpr std::uint32_t whole_turn = 64;
    /// A shard takes 10 ms for all the deadlines of 65,000 requests, its default limit. Of its thread's time,
    /// because a crowd that is cut short has the older ones ended first, behind all others in their lists.
    static constexpr std::chrono::milliseconds longest_wait{100};

    /// That it has run; some 0.2 us to ask.
    [[nodiscard]] static std::chrono::nanoseconds time_of_this_thread() noexcept {
        timespec ran{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
        return std::chrono::seconds(ran.tv_sec) + std::chrono::nanoseconds(ran.tv_nsec);
    }

    std::vector<std::uint64_t> gathered_;
    std::vector<std::uint64_t> in_order_;
    std::chrono::nanoseconds began_{};
    std::size_t size_before_ = 0; // of what is gathered, at the end of the turn before
    std::uint32_t in_this_turn_ = 0;
    std::uint32_t tasks_ = 0; // that this turn has run so far
    bool turn_has_ended_ = false;
};

} // namespace spargio::detail
