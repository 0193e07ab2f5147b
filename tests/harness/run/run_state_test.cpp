#include "harness/run/run_state.hpp"

#include <gmock/gmock.h>

namespace bench {
namespace {

plan two_arms() {
    run_request asked;
    asked.groups.push_back(
        {.workload = "idle/park", .parameters = {}, .arms = {"steady", "slow"}, .knobs = {}, .place = "here"});
    return make_plan(asked).value();
}

json begin_block(int index) {
    return {
        {"event", "block_begin"},
        {"block",
         {{"index", index}, {"group", "idle/park"}, {"number", index}, {"seed", 1}, {"started_unix_ns", 1}}}};
}

json slice(const char* id) {
    return {{"event", "slice"},
            {"slice", {{"case", id}, {"mode", "throughput"}}},
            {"paused_cpu_ns", 4'000'000},
            {"paused_wall_ns", 20'000'000}};
}

json end_block(bool dropped) { return {{"event", "block_end"}, {"block", {{"dropped", dropped}}}}; }

TEST(run_state, M2_a_case_is_measured_once_a_whole_block_of_it_is_kept) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    EXPECT_EQ(state.find_case("idle/park|steady").status, "not_run");
    state.apply(end_block(false));
    EXPECT_EQ(state.find_case("idle/park|steady").status, "measured");
    EXPECT_EQ(state.find_case("idle/park|slow").status, "not_run");
}

TEST(run_state, M5_a_dropped_block_counts_for_no_arm) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    state.apply(slice("idle/park|slow"));
    state.apply(end_block(true));
    EXPECT_EQ(state.find_case("idle/park|steady").status, "not_run");
    EXPECT_EQ(state.progress_of(planned.groups[0]).finished, 0u);
    EXPECT_EQ(state.progress_of(planned.groups[0]).dropped, 1u);
}

TEST(run_state, P20_slices_of_a_block_that_never_ended_are_kept_and_marked) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    state.abandon_open_block("power went");
    state.abandon_open_block("a second time changes nothing");
    ASSERT_EQ(state.blocks().size(), 1u);
    EXPECT_EQ(state.blocks()[0].at("dropped"), true);
    EXPECT_EQ(state.blocks()[0].at("drop_reason"), "power went");
    EXPECT_EQ(state.blocks()[0].at("slices").size(), 1u);
    EXPECT_EQ(state.progress_of(planned.groups[0]).dropped, 0u);
}

TEST(run_state, P20_a_failed_case_keeps_what_was_measured_and_is_left_out_from_then_on) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    state.apply(end_block(false));
    state.apply(
        {{"event", "case"}, {"case", "idle/park|steady"}, {"status", "crashed"}, {"reason", "SIGSEGV"}});
    const auto& crashed = state.find_case("idle/park|steady");
    EXPECT_FALSE(crashed.active());
    EXPECT_TRUE(crashed.failed());
    EXPECT_EQ(state.blocks()[0].at("slices").size(), 1u);
    EXPECT_TRUE(state.find_case("idle/park|slow").active());
}

TEST(run_state, M5_what_a_session_uses_to_fall_asleep_is_not_held_against_it) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    const auto& of = state.find_case("idle/park|steady");
    EXPECT_DOUBLE_EQ(of.paused_cpu_share().value(), 0.2);
    EXPECT_DOUBLE_EQ(of.restless_share(), 0.15);
}

} // namespace
} // namespace bench
