// P1 P2 P3: ten million messages and two million sleeps, no timer to fall back on, none lost.
#include "tests/stress/stress.hpp"
#include "tests/stress/traffic.hpp"

#include <gtest/gtest.h>

namespace stress {
namespace {

std::vector<traffic> all_traffic() {
    constexpr unsigned usual_spin = 50;
    std::vector<traffic> every;
    const auto add = [&](std::string name, pattern directions, unsigned shards, std::uint64_t messages,
                         std::string tier = "", unsigned lane_capacity = 1024, bool directly = false) {
        struct gap_class {
            std::uint32_t steps;
            std::uint64_t share; ///< long pauses take time and make a sleep of almost every message
        };
        for (const auto [steps, share] : {gap_class{20, 16}, gap_class{300, 4}, gap_class{3000, 2}})
            for (const unsigned spin : {0u, usual_spin}) {
                if (shards > 2 && spin != 0) continue; // the runtime takes 0 there
                every.push_back({name + "_gap_" + std::to_string(steps) + "_spin_" + std::to_string(spin),
                                 directions, shards, steps, spin, messages * share / 16, tier, lane_capacity, 0,
                                 directly});
            }
    };
    add("one_to_one", pattern::one_to_one, 2, 1'600'000);
    add("there_and_back", pattern::there_and_back, 2, 400'000);
    add("three_to_one", pattern::three_to_one, 4, 600'000);
    add("two_by_two", pattern::all_to_all, 2, 500'000);
    add("four_by_four", pattern::all_to_all, 4, 100'000);
    add("room_for_one", pattern::one_to_one, 2, 200'000, "", 1);
    // Sleeps that a timer ends now and then: whoever finds work then, of which nobody has told it, says so.
    for (const unsigned tick_us : {20u, 500u}) {
        every.push_back({"ticking_" + std::to_string(tick_us) + "_there_and_back", pattern::there_and_back, 2,
                         300, 0, 100'000, "", 1024, tick_us});
        every.push_back({"ticking_" + std::to_string(tick_us) + "_four_by_four", pattern::all_to_all, 4, 3000,
                         0, 20'000, "", 1024, tick_us});
    }
    add("direct_one_to_one", pattern::one_to_one, 2, 200'000, "", 1024, true);
    add("direct_there_and_back", pattern::there_and_back, 2, 50'000, "", 1024, true);
    add("direct_four_by_four", pattern::all_to_all, 4, 20'000, "", 1024, true);
    for (const char* tier : {"no_msg_ring", "no_send_msg_ring", "no_defer"}) {
        add(std::string(tier) + "_there_and_back", pattern::there_and_back, 2, 60'000, tier);
        add(std::string(tier) + "_four_by_four", pattern::all_to_all, 4, 20'000, tier);
    }
    return every;
}

class P3_stress : public ::testing::TestWithParam<traffic> {};

TEST_P(P3_stress, no_message_is_lost_doubled_or_overtaken_and_no_wake_up_is_lost) {
    traffic what = GetParam();
    what.messages = rounds(what.messages);
    const totals found = run_traffic(what);
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.timeout_wakes_with_work, 0u);
    std::cout << found.received << " messages, " << found.parks << " parks\n";
    RecordProperty("messages", std::to_string(found.received));
    RecordProperty("parks", std::to_string(found.parks));
}

INSTANTIATE_TEST_SUITE_P(traffic, P3_stress, ::testing::ValuesIn(all_traffic()),
                         [](const auto& each) { return each.param.name; });

} // namespace
} // namespace stress
