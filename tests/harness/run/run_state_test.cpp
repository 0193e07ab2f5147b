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

block_begun begin_block(std::uint64_t index) {
    return {{.index = index, .group = "idle/park", .number = index, .seed = 1, .started_unix_ns = 1}};
}

slice_taken slice(const char* id) {
    return {.slice = {.case_id = id, .mode = slice_mode::throughput, .figures = {}, .latency = std::nullopt},
            .pause = {.cpu_ns = 4'000'000, .wall_ns = 20'000'000},
            .latency = std::nullopt};
}

block_ended end_block(bool dropped) {
    block_ended event;
    event.block.dropped = dropped;
    return event;
}

TEST(run_state, M2_a_case_is_measured_once_a_whole_block_of_it_is_kept) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    EXPECT_EQ(state.find_case("idle/park|steady").status, case_status::not_run);
    state.apply(end_block(false));
    EXPECT_EQ(state.find_case("idle/park|steady").status, case_status::measured);
    EXPECT_EQ(state.find_case("idle/park|slow").status, case_status::not_run);
}

TEST(run_state, M5_a_dropped_block_counts_for_no_arm) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    state.apply(slice("idle/park|slow"));
    state.apply(end_block(true));
    EXPECT_EQ(state.find_case("idle/park|steady").status, case_status::not_run);
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
    EXPECT_TRUE(state.blocks()[0].conditions.dropped);
    EXPECT_EQ(state.blocks()[0].conditions.drop_reason, "power went");
    EXPECT_EQ(state.blocks()[0].slices.size(), 1u);
    EXPECT_EQ(state.progress_of(planned.groups[0]).dropped, 0u);
}

TEST(run_state, P20_a_failed_case_keeps_what_was_measured_and_is_left_out_from_then_on) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    state.apply(end_block(false));
    state.apply(
        case_changed{.case_id = "idle/park|steady", .status = case_status::crashed, .reason = "SIGSEGV"});
    const auto& crashed = state.find_case("idle/park|steady");
    EXPECT_FALSE(crashed.active());
    EXPECT_TRUE(crashed.failed());
    EXPECT_EQ(state.blocks()[0].slices.size(), 1u);
    EXPECT_TRUE(state.find_case("idle/park|slow").active());
}

TEST(run_state, M5_what_a_session_uses_to_fall_asleep_is_not_held_against_it) {
    const auto planned = two_arms();
    run_state state(planned);
    state.apply(begin_block(0));
    state.apply(slice("idle/park|steady"));
    const auto& pauses = state.find_case("idle/park|steady").pauses;
    EXPECT_DOUBLE_EQ(pauses.cpu_share().value(), 0.2);
    EXPECT_DOUBLE_EQ(pauses.restless_share(), 0.15);
}

} // namespace
} // namespace bench
