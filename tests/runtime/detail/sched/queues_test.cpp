#include <spargio/detail/lanes/intake.hpp>
#include <spargio/detail/sched/idle_spin.hpp>
#include <spargio/detail/sched/run_queue.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace spargio::detail {
namespace {

struct tasks {
    std::deque<task_header> made;
    task_header& add(mobility moves) {
        made.emplace_back(0u);
        made.back().moves = moves;
        return made.back();
    }
};

TEST(R10, the_owner_takes_the_newest_and_a_thief_the_oldest) {
    tasks all;
    steal_deque tested(4);
    auto& first = all.add(mobility::stealable);
    auto& second = all.add(mobility::stealable);
    auto& third = all.add(mobility::stealable);
    for (auto* each : {&first, &second, &third}) ASSERT_TRUE(tested.push(*each));
    EXPECT_EQ(tested.steal(), &first);
    EXPECT_EQ(tested.pop(), &third);
    EXPECT_EQ(tested.pop(), &second);
    EXPECT_EQ(tested.pop(), nullptr);
    EXPECT_EQ(tested.steal(), nullptr);
}

TEST(R10, the_deque_is_bounded) {
    tasks all;
    steal_deque tested(2);
    EXPECT_TRUE(tested.push(all.add(mobility::stealable)));
    EXPECT_TRUE(tested.push(all.add(mobility::stealable)));
    EXPECT_FALSE(tested.push(all.add(mobility::stealable)));
}

TEST(R10, owner_and_thieves_take_every_task_exactly_once) {
    constexpr std::size_t count = 100'000;
    std::vector<std::atomic<int>> taken(count);
    std::deque<task_header> all;
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(static_cast<std::uint32_t>(i));
    steal_deque tested(64);
    std::atomic<bool> finished{false};
    std::vector<std::thread> thieves;
    for (int i = 0; i < 2; ++i)
        thieves.emplace_back([&] {
            while (!finished.load()) {
                if (task_header* const loot = tested.steal())
                    taken[loot->block.bytes].fetch_add(1);
                else
                    std::this_thread::yield();
            }
        });
    for (std::size_t i = 0; i < count;) {
        if (tested.push(all[i])) ++i;
        if (i % 3 == 0 || i == count)
            while (task_header* const own = tested.pop()) taken[own->block.bytes].fetch_add(1);
    }
    while (task_header* const own = tested.pop()) taken[own->block.bytes].fetch_add(1);
    finished = true;
    for (auto& thief : thieves) thief.join();
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(taken[i].load(), 1) << "task " << i;
}

TEST(R10, a_pinned_task_never_enters_the_stealable_queue) {
    tasks all;
    run_queue tested(8);
    tested.push(all.add(mobility::pinned));
    EXPECT_EQ(tested.stealable().size(), 0u);
    tested.push_next(all.add(mobility::pinned));
    tested.push_next(all.add(mobility::pinned));
    EXPECT_EQ(tested.stealable().size(), 0u);
    int popped = 0;
    while (tested.pop() != nullptr) ++popped;
    EXPECT_EQ(popped, 3);
}

TEST(R10, a_stealable_task_beyond_the_capacity_is_kept_and_not_dropped) {
    tasks all;
    run_queue tested(2);
    for (int i = 0; i < 5; ++i) tested.push(all.add(mobility::stealable));
    EXPECT_EQ(tested.stealable().size(), 2u);
    int popped = 0;
    while (tested.pop() != nullptr) ++popped;
    EXPECT_EQ(popped, 5);
}

TEST(R10, a_woken_task_runs_next_but_not_for_ever) {
    tasks all;
    run_queue tested(8);
    auto& patient = all.add(mobility::pinned);
    auto& talker = all.add(mobility::pinned);
    tested.push(patient);
    tested.push_next(talker);
    EXPECT_EQ(tested.pop(), &talker);
    int turns = 1;
    for (;; ++turns) {
        tested.push_next(talker);
        if (tested.pop() == &patient) break;
        ASSERT_LT(turns, 1000) << "the patient task never got its turn";
    }
    EXPECT_GT(turns, 1);
}

TEST(R10, the_oldest_stealable_task_is_not_starved_by_newer_ones) {
    tasks all;
    run_queue tested(8);
    auto& oldest = all.add(mobility::stealable);
    auto& newer = all.add(mobility::stealable);
    tested.push(oldest);
    for (int i = 0; i < 1000; ++i) {
        tested.push(newer);
        if (tested.pop() == &oldest) return;
    }
    FAIL() << "the oldest task never got its turn";
}

struct node {
    node* next = nullptr;
    int number = 0;
};

TEST(R5, an_intake_gives_nodes_back_in_order_of_arrival) {
    intake<node> tested;
    node nodes[3];
    for (int i = 0; i < 3; ++i) {
        nodes[i].number = i;
        ASSERT_TRUE(tested.push(nodes[i]));
    }
    int expected = 0;
    for (node* at = tested.take_all(); at != nullptr; at = at->next) EXPECT_EQ(at->number, expected++);
    EXPECT_EQ(expected, 3);
    EXPECT_EQ(tested.take_all(), nullptr);
}

TEST(R5, a_closed_intake_refuses_and_gives_back_what_it_had) {
    intake<node> tested;
    node early;
    node late;
    ASSERT_TRUE(tested.push(early));
    EXPECT_EQ(tested.close(), &early);
    EXPECT_FALSE(tested.push(late));
}

TEST(R14, a_spin_limit_of_zero_never_spins) {
    idle_spin tested(std::chrono::nanoseconds(0));
    EXPECT_FALSE(tested.go_on());
}

TEST(R14, a_spin_ends) {
    idle_spin tested(std::chrono::microseconds(20));
    std::uint64_t rounds = 0;
    while (tested.go_on()) ASSERT_LT(++rounds, 1'000'000'000u);
    EXPECT_GT(rounds, 0u);
}

} // namespace
} // namespace spargio::detail
