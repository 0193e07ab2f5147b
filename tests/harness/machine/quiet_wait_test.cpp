// Waiting for a quiet machine (M5), with a clock and a machine of the test's own.
#include "harness/machine/quiet_wait.hpp"

#include <deque>

#include <gtest/gtest.h>

namespace {

using namespace bench;

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t longest_ns = 2'000 * ms;

/// Others' share of the machine, look by look; the last one stays.
struct scripted_machine {
    std::deque<double> shares;
    std::uint64_t clock_ns = 0;
    bool interrupted = false;

    quiet_senses senses() {
        return {.now_ns = [this] { return clock_ns; },
                .look =
                    [this](std::uint64_t window_ns, std::optional<double>& share) {
                        if (interrupted) return false;
                        clock_ns += window_ns;
                        share = shares.front();
                        if (shares.size() > 1) shares.pop_front();
                        return true;
                    }};
    }

    /// A block that takes 500 ms and sees `share`.
    void block(quiet_wait& waits, double share) {
        clock_ns += 500 * ms;
        waits.after_block(
            {.pressure_share = {}, .foreign_share = share, .stolen_share = {}, .throttled_ns = {}});
    }
};

TEST(quiet_wait, M5_waits_until_others_leave_the_machine_alone) {
    scripted_machine machine{.shares = {0.5, 0.9, 0.3, 0.1}};
    quiet_wait waits(longest_ns, machine.senses());
    EXPECT_EQ(waits.before_block(), 400 * ms);
    EXPECT_FALSE(waits.neighbour_stays());
    machine.block(waits, 0.1);
    EXPECT_EQ(waits.before_block(), 0u) << "the last block was quiet";
}

TEST(quiet_wait, M5_gives_up_at_its_limit_where_others_come_and_go) {
    scripted_machine machine{.shares = {}};
    for (int i = 0; i < 100; ++i) machine.shares.push_back(i % 2 == 0 ? 0.3 : 0.9);
    quiet_wait waits(longest_ns, machine.senses());
    EXPECT_EQ(waits.before_block(), longest_ns);
    EXPECT_FALSE(waits.neighbour_stays());
}

TEST(quiet_wait, M5_all_waits_together_stay_below_a_tenth_of_the_run_and_one_wait) {
    scripted_machine machine{.shares = {}};
    for (int i = 0; i < 1000; ++i) machine.shares.push_back(i % 2 == 0 ? 0.3 : 0.9);
    quiet_wait waits(longest_ns, machine.senses());
    std::uint64_t waited_ns = 0;
    for (int block = 0; block < 100; ++block) {
        waited_ns += waits.before_block();
        machine.block(waits, 0.6);
    }
    EXPECT_LE(waited_ns, machine.clock_ns / 10 + longest_ns);
    EXPECT_GT(waited_ns, longest_ns);
}

TEST(quiet_wait, M5_does_not_wait_for_a_neighbour_who_stays) {
    scripted_machine machine{.shares = {0.52, 0.48, 0.50, 0.51, 0.49, 0.50}};
    quiet_wait waits(longest_ns, machine.senses());
    EXPECT_EQ(waits.before_block(), 500 * ms) << "five looks show that it stays";
    EXPECT_TRUE(waits.neighbour_stays()) << "then nothing is gained by dropping a block";
    std::uint64_t waited_ns = 0;
    for (int block = 1; block < 10; ++block) {
        machine.block(waits, 0.4);
        waited_ns += waits.before_block();
        EXPECT_TRUE(waits.neighbour_stays());
    }
    EXPECT_EQ(waited_ns, 0u);
}

TEST(quiet_wait, M5_looks_again_whether_the_neighbour_stays_after_ten_blocks) {
    scripted_machine machine{.shares = {0.5}};
    quiet_wait waits(longest_ns, machine.senses());
    for (int block = 0; block < 10; ++block) {
        (void)waits.before_block();
        machine.block(waits, 0.5);
    }
    machine.shares = {0.1};
    EXPECT_EQ(waits.before_block(), 100 * ms);
    EXPECT_FALSE(waits.neighbour_stays());
}

TEST(quiet_wait, M5_a_quiet_block_shows_that_the_neighbour_has_left) {
    scripted_machine machine{.shares = {0.5}};
    quiet_wait waits(longest_ns, machine.senses());
    (void)waits.before_block();
    ASSERT_TRUE(waits.neighbour_stays());
    machine.block(waits, 0.05);
    EXPECT_FALSE(waits.neighbour_stays());
    EXPECT_EQ(waits.before_block(), 0u);
}

TEST(quiet_wait, M5_an_interruption_ends_the_wait) {
    scripted_machine machine{.shares = {0.5}, .interrupted = true};
    quiet_wait waits(longest_ns, machine.senses());
    EXPECT_EQ(waits.before_block(), 0u);
}

TEST(quiet_wait, M5_a_limit_of_nothing_means_that_no_one_waits_or_looks) {
    scripted_machine machine{.shares = {0.5}};
    quiet_wait waits(0, machine.senses());
    for (int block = 0; block < 20; ++block) {
        EXPECT_EQ(waits.before_block(), 0u);
        machine.block(waits, 0.9);
    }
    EXPECT_FALSE(waits.neighbour_stays());
}

} // namespace
