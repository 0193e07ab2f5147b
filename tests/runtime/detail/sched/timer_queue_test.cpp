// The timing wheel against a reference that is too simple to be wrong.
#include <spargio/detail/sched/timer_queue.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <vector>

namespace spargio::detail {
namespace {

using namespace std::chrono_literals;
using time_point = timer_queue::time_point;

time_point at(std::int64_t ns) { return time_point(std::chrono::nanoseconds(ns)); }
time_point after(time_point start, std::int64_t ns) {
    return start + std::min(std::chrono::nanoseconds(ns), time_point::max() - start);
}
/// Never before the clock began.
time_point before(time_point end, std::uint64_t ns) {
    return std::max(at(0), end - std::chrono::nanoseconds(ns));
}

struct numbered : timer_node {
    int number = 0;
};

/// A wheel and a std::multimap that are asked the same.
class compared {
public:
    explicit compared(std::size_t timers) : nodes_(timers), where_(timers, reference_.end()) {
        for (std::size_t i = 0; i < timers; ++i) nodes_[i].number = static_cast<int>(i);
    }
    ~compared() {
        while (tested_.pop_any() != nullptr) {
        }
    }

    [[nodiscard]] bool pending(std::size_t index) const { return where_[index] != reference_.end(); }
    [[nodiscard]] std::size_t size() const { return reference_.size(); }
    [[nodiscard]] time_point earliest() const { return reference_.begin()->first; }
    [[nodiscard]] time_point now() const { return now_; }

    void insert(std::size_t index, time_point deadline) {
        tested_.insert(nodes_[index], deadline);
        where_[index] = reference_.emplace(deadline, static_cast<int>(index)); // behind equals
    }
    void remove(std::size_t index) {
        tested_.remove(nodes_[index]);
        if (pending(index)) reference_.erase(where_[index]);
        where_[index] = reference_.end();
    }

    /// Lets time pass, and says whether both answer alike; at most `most` timers, as a shard's turn takes them.
    testing::AssertionResult expire(time_point until, std::size_t most = ~std::size_t{0}) {
        now_ = until;
        for (; most > 0; --most) {
            auto* const got = static_cast<numbered*>(tested_.pop_expired(until));
            const bool due = !reference_.empty() && reference_.begin()->first <= until;
            if (!due && got == nullptr) return testing::AssertionSuccess();
            if (!due) return testing::AssertionFailure() << "timer " << got->number << " fired early";
            if (got == nullptr)
                return testing::AssertionFailure() << "timer " << reference_.begin()->second << " did not fire";
            if (got->number != reference_.begin()->second)
                return testing::AssertionFailure()
                       << "timer " << got->number << " came before " << reference_.begin()->second;
            if (got->pending()) return testing::AssertionFailure() << "fired and still pending";
            where_[reference_.begin()->second] = reference_.end();
            reference_.erase(reference_.begin());
        }
        return testing::AssertionSuccess();
    }

    testing::AssertionResult agrees_on_next() const {
        if (tested_.empty() != reference_.empty()) return testing::AssertionFailure() << "not alike on empty()";
        if (reference_.empty() || tested_.next_deadline() <= reference_.begin()->first)
            return testing::AssertionSuccess();
        return testing::AssertionFailure() << "next_deadline() is too late by "
                                           << (tested_.next_deadline() - reference_.begin()->first).count();
    }
    [[nodiscard]] time_point next_deadline() const { return tested_.next_deadline(); }

private:
    std::multimap<time_point, int> reference_;
    timer_queue tested_;
    std::deque<numbered> nodes_;
    std::vector<std::multimap<time_point, int>::iterator> where_;
    time_point now_{};
};

TEST(R34, the_timer_queue_answers_as_a_sorted_map_does_under_random_use) {
    std::mt19937_64 random(34);
    // A deadline of every size: bits decide the level.
    const auto distance = [&] { return static_cast<std::int64_t>(random() >> (2 + random() % 62)); };
    for (int round = 0; round < 200; ++round) {
        compared both(64);
        // From the start of the clock as from a host that has been up for a year.
        ASSERT_TRUE(both.expire(at(round % 2 == 0 ? 0 : std::int64_t{1} << 55)));
        for (int step = 0; step < 1000; ++step) {
            const std::size_t which = random() % 64;
            switch (random() % 8) {
            case 0:
            case 1:
            case 2:
                if (both.pending(which)) break;
                both.insert(which, random() % 16 == 0 ? time_point::max() : after(both.now(), distance()));
                break;
            case 3: // equals, neighbours, and overdue ones
                if (both.pending(which)) break;
                both.insert(which, random() % 2 == 0 && both.size() != 0
                                       ? before(both.earliest(), random() % 4 * (random() % 500'000))
                                       : before(both.now(), random() % 100));
                break;
            case 4:
                both.remove(which);
                break;
            case 5: { // to a moment, or exactly to a deadline, or just before one
                auto until = after(both.now(), distance() >> 8);
                if (both.size() != 0 && random() % 2 == 0 && both.earliest() < time_point::max() - 1h)
                    until = std::max(both.now(), before(both.earliest(), random() % 2));
                ASSERT_TRUE(both.expire(until));
                break;
            }
            case 6: // a turn that takes only some
                ASSERT_TRUE(both.expire(both.now() + std::chrono::nanoseconds(random() % 1000), random() % 4));
                break;
            case 7:
                ASSERT_TRUE(both.agrees_on_next());
                break;
            }
        }
    }
}

TEST(R34, every_level_of_the_timer_queue_holds_its_timers_until_their_nanosecond) {
    for (int bit = 0; bit < 63; ++bit) {
        for (const std::int64_t start : {std::int64_t{0}, std::int64_t{123'456'789'012'345}}) {
            const std::int64_t deadline = start + (std::int64_t{1} << bit);
            if (deadline < start) continue;
            compared both(3);
            ASSERT_TRUE(both.expire(at(start)));
            both.insert(0, at(deadline));
            both.insert(1, at(deadline - 1));
            both.insert(2, at(deadline));
            EXPECT_EQ(both.next_deadline(), at(deadline - 1));
            EXPECT_TRUE(both.expire(at(start + (deadline - start) / 2)));
            EXPECT_TRUE(both.expire(at(deadline - 1)));
            EXPECT_EQ(both.size(), 2u) << "bit " << bit;
            EXPECT_EQ(both.next_deadline(), at(deadline));
            EXPECT_TRUE(both.expire(at(deadline)));
            EXPECT_EQ(both.size(), 0u);
        }
    }
}

TEST(R34, the_next_deadline_is_that_of_the_earliest_timer_of_a_slot_not_of_the_first_that_came) {
    compared both(3);
    both.insert(0, at(1'000'000));
    both.insert(1, at(999'000));
    both.insert(2, at(999'500));
    EXPECT_EQ(both.next_deadline(), at(999'000));
}

TEST(R34, a_timer_at_the_end_of_time_waits_and_can_be_removed) {
    compared both(2);
    ASSERT_TRUE(both.expire(at(1'000'000'000'000)));
    both.insert(0, time_point::max());
    both.insert(1, time_point::max() - 1ns);
    EXPECT_EQ(both.next_deadline(), time_point::max() - 1ns);
    EXPECT_TRUE(both.expire(time_point::max() - 2ns));
    EXPECT_EQ(both.size(), 2u);
    both.remove(0);
    EXPECT_TRUE(both.expire(time_point::max()));
    EXPECT_EQ(both.size(), 0u);
}

TEST(R34, a_deadline_before_the_clock_began_is_overdue) {
    compared both(2);
    both.insert(0, time_point::min());
    both.insert(1, at(-5));
    EXPECT_LE(both.next_deadline(), at(0));
    EXPECT_TRUE(both.expire(at(0)));
    EXPECT_EQ(both.size(), 0u);
}

TEST(P10, timers_expire_in_the_order_of_their_deadlines_and_equals_in_that_of_insertion) {
    // The same deadline from afar and from near: the first has moved down the levels, the second never was up
    // there.
    compared both(2000);
    for (std::size_t i = 0; i < 1000; ++i) both.insert(i, at(5'000'000 + static_cast<std::int64_t>(i % 10)));
    ASSERT_TRUE(both.expire(at(4'999'990)));
    for (std::size_t i = 1000; i < 2000; ++i) both.insert(i, at(5'000'000 + static_cast<std::int64_t>(i % 10)));
    EXPECT_TRUE(both.expire(at(6'000'000)));
    EXPECT_EQ(both.size(), 0u);
}

TEST(R34, a_removed_timer_costs_at_most_one_wake_up_for_each_level) {
    timer_queue tested;
    numbered removed;
    numbered kept;
    tested.insert(removed, at(1'000'000'000));
    tested.insert(kept, at(1'000'500'000));
    tested.remove(removed);
    int wake_ups = 0;
    while (!tested.empty()) {
        const auto next = tested.next_deadline();
        ++wake_ups;
        if (tested.pop_expired(next) != nullptr) {
            EXPECT_EQ(next, at(1'000'500'000));
        }
    }
    EXPECT_LE(wake_ups, 2) << "one for the removed timer, one for the other";
}

TEST(R34, a_million_timers_in_the_queue_fire_or_are_removed_each_once) {
    constexpr std::size_t count = 1'000'000;
    std::vector<numbered> nodes(count);
    std::mt19937_64 random(35);
    timer_queue tested;
    ASSERT_EQ(tested.pop_expired(at(1'000'000'000'000)), nullptr);
    for (auto& node : nodes)
        tested.insert(node, at(1'000'000'000'000 + static_cast<std::int64_t>(random() % 60'000'000'000)));
    std::size_t removed = 0;
    for (std::size_t i = 0; i < count; i += 3) {
        tested.remove(nodes[i]);
        ++removed;
    }
    std::size_t fired = 0;
    for (std::int64_t now = 1'000'000'000'000; now < 1'060'010'000'000; now += 7'000'000)
        while (auto* const node = static_cast<numbered*>(tested.pop_expired(at(now)))) {
            node->number = 1;
            ++fired;
        }
    EXPECT_TRUE(tested.empty());
    EXPECT_EQ(fired + removed, count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(nodes[i].number, i % 3 == 0 ? 0 : 1);
}

} // namespace
} // namespace spargio::detail
