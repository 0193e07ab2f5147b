// How a shard passes its time, decided without a shard.
#include <spargio/detail/loop/idle_policy.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace spargio::detail {
namespace {

using namespace std::chrono_literals;

/// So many idlings in a row that an answer of a peer has ended.
void end_by_peers(idle_policy& tested, int idlings) {
    for (int i = 0; i < idlings; ++i) {
        tested.found_nothing();
        tested.saw_answer(true);
        tested.found_work(false, false);
    }
}

TEST(R14, a_shard_whose_answers_came_from_peers_of_late_waits_for_peers_and_does_not_spin) {
    idle_policy tested(50us, false);
    EXPECT_FALSE(tested.waits_for_peers(true));
    EXPECT_TRUE(tested.spins_on(true));
    end_by_peers(tested, 2);
    EXPECT_TRUE(tested.waits_for_peers(true));
    EXPECT_FALSE(tested.spins_on(true));
    EXPECT_FALSE(tested.waits_for_peers(false)) << "without a request nothing can come from a peer";
    EXPECT_TRUE(tested.spins_on(false));
}

TEST(R14, messages_of_other_shards_end_the_wait_for_peers_and_timers_say_nothing) {
    idle_policy tested(50us, false);
    end_by_peers(tested, 3);
    tested.found_nothing();
    tested.found_work(false, true);
    EXPECT_TRUE(tested.waits_for_peers(true));
    for (int i = 0; i < 2; ++i) {
        tested.found_nothing();
        tested.found_work(true, false);
    }
    EXPECT_FALSE(tested.waits_for_peers(true));
}

TEST(R14, an_answer_that_came_before_the_shard_was_idle_does_not_count) {
    idle_policy tested(50us, false);
    for (int i = 0; i < 5; ++i) {
        tested.saw_answer(true);
        tested.found_nothing();
        tested.found_work(false, false);
    }
    EXPECT_FALSE(tested.waits_for_peers(true));
}

TEST(R14, an_idling_that_a_theft_ended_says_nothing_of_peers) {
    idle_policy tested(50us, false);
    for (int i = 0; i < 5; ++i) {
        tested.found_nothing();
        tested.saw_answer(true);
        tested.found_loot();
        tested.found_work(false, false);
    }
    EXPECT_FALSE(tested.waits_for_peers(true));
}

TEST(R14, with_spin_for_io_a_shard_spins_for_peers_too) {
    idle_policy tested(50us, true);
    end_by_peers(tested, 5);
    EXPECT_FALSE(tested.waits_for_peers(true));
    EXPECT_TRUE(tested.spins_on(true));
}

TEST(R14, a_shard_about_to_sleep_leaves_the_ring_alone_once_and_then_looks) {
    idle_policy tested(0us, false); // never spins, so it sleeps as soon as its queue is empty
    EXPECT_FALSE(tested.looks_at_ring(false, true));
    EXPECT_TRUE(tested.looks_at_ring(false, true));
    EXPECT_FALSE(tested.looks_at_ring(false, true));
    EXPECT_TRUE(tested.looks_at_ring(false, false)) << "with tasks in the queue it does not sleep";
}

TEST(R14, a_shard_that_does_not_spin_never_offers_its_cpu_before_it_sleeps) {
    idle_policy tested(0us, false);
    end_by_peers(tested, 3);
    EXPECT_FALSE(tested.worth_yielding(true));
}

TEST(R14, one_look_round_in_sixteen_sees_everything) {
    idle_policy tested(50us, false);
    EXPECT_TRUE(tested.begins_to_spin());
    int thorough = 0;
    for (int round = 0; round < 64; ++round) thorough += tested.is_thorough_round() ? 1 : 0;
    EXPECT_EQ(thorough, 4);
    EXPECT_FALSE(tested.begins_to_spin());
    tested.found_work(false, false);
    EXPECT_TRUE(tested.begins_to_spin());
}

} // namespace
} // namespace spargio::detail
