#include "harness/plan/plan.hpp"

#include "harness/plan/plan_json.hpp"
#include "harness/plan/repro_command.hpp"

#include <gmock/gmock.h>

namespace bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

run_request request(const std::string& workload, std::vector<std::string> arms) {
    run_request made;
    made.groups.push_back(
        {.workload = workload, .parameters = {}, .arms = std::move(arms), .knobs = {}, .place = "here"});
    return made;
}

std::vector<std::string> ids(const plan& of) {
    std::vector<std::string> all;
    for (const auto& g : of.groups)
        for (const auto& a : g.arms) all.push_back(case_id(g, a));
    return all;
}

TEST(plan, M1_parameters_multiply_into_groups_named_by_what_differs_from_the_defaults) {
    auto asked = request("ping_pong/one_way_drain", {"steady"});
    asked.groups[0].parameters = {{"batch", {"1", "64", "all"}}, {"messages", {"2048", "10"}}};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(ids(*made),
                ElementsAre("ping_pong/one_way_drain|steady", "ping_pong/one_way_drain?messages=10|steady",
                            "ping_pong/one_way_drain?batch=64|steady",
                            "ping_pong/one_way_drain?messages=10&batch=64|steady",
                            "ping_pong/one_way_drain?batch=all|steady",
                            "ping_pong/one_way_drain?messages=10&batch=all|steady"));
}

TEST(plan, M1_an_arm_that_stands_twice_is_an_A_A_pair) {
    const auto made = make_plan(request("idle/park", {"steady", "slow,after=3", "steady", "steady"}));
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(ids(*made), ElementsAre("idle/park|steady", "idle/park|slow[after=3]", "idle/park|steady#2",
                                        "idle/park|steady#3"));
}

TEST(plan, M1_knob_lists_multiply_the_arms_that_have_the_knob) {
    auto asked = request("idle/park", {"steady"});
    asked.groups[0].knobs = {{"after", {"1", "2"}}};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(ids(*made), ElementsAre("idle/park|steady[after=1]", "idle/park|steady[after=2]"));
    asked.groups[0].knobs = {{"spin", {"1"}}};
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("no chosen backend has a knob 'spin'"));
}

TEST(plan, M1_a_glob_takes_every_workload_and_parameters_go_where_they_belong) {
    auto asked = request("ping_pong/*", {"steady"});
    asked.groups[0].parameters = {{"batch", {"64"}}};
    asked.groups[0].skip_undeclared = true;
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(ids(*made),
                ElementsAre("ping_pong/steady_rtt|steady", "ping_pong/tasks_rtt|steady",
                            "ping_pong/one_way_drain?batch=64|steady", "ping_pong/cold_start|steady"));
    asked.groups[0].parameters = {{"bacth", {"64"}}};
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("no chosen workload has a parameter 'bacth'"));
}

TEST(plan, P22_what_does_not_exist_is_named_with_its_place_and_the_nearest) {
    EXPECT_THAT(
        make_plan(request("ping_pong/stedy_rtt", {"steady"})).error().message(),
        HasSubstr("here: there is no workload 'ping_pong/stedy_rtt'; did you mean ping_pong/steady_rtt"));
    EXPECT_THAT(make_plan(request("idle/park", {"stedy"})).error().message(), HasSubstr("did you mean steady"));
    auto asked = request("idle/park", {"steady"});
    asked.groups[0].parameters = {{"workers", {"0"}}};
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("workers=0 is not legal; it takes 1 to 1024"));
    EXPECT_THAT(make_plan(request("idle/park", {"steady,after"})).error().message(),
                HasSubstr("'after' is not knob=value"));
}

TEST(plan, M1_filters_choose_cases_and_an_empty_choice_is_an_error_with_the_nearest_names) {
    auto asked = request("*", {"steady", "slow"});
    asked.filters = {"steady_rtt|", "idle*slow"};
    asked.excludes = {"rtt|slow"};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(ids(*made), ElementsAre("ping_pong/steady_rtt|steady", "idle/park|slow"));
    asked.filters = {"nosuch"};
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("'nosuch' matches no case; did you mean"));
    asked.filters = {"steady"};
    asked.excludes = {"*"};
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("loosen"));
}

TEST(plan, M1_the_estimate_counts_every_arm_block_and_slice) {
    const auto one = make_plan(request("ping_pong/steady_rtt", {"steady"})).value();
    auto asked = request("ping_pong/steady_rtt", {"steady"});
    asked.options.blocks = 2 * one.options.blocks;
    EXPECT_EQ(make_plan(asked)->estimate_ns(), 2 * one.estimate_ns());
    EXPECT_GT(make_plan(request("ping_pong/steady_rtt", {"steady", "slow"}))->estimate_ns(), one.estimate_ns());
    EXPECT_GT(make_plan(request("idle/park", {"steady"}))->estimate_ns(), one.estimate_ns());
}

TEST(plan, M1_an_arm_is_numbered_by_its_label_alone_so_that_ten_thousand_are_planned_at_once) {
    auto asked = request("idle/park", {"steady", "slow", "steady"});
    asked.groups[0].knobs = {{"after", {}}};
    for (int value = 0; value < 5'000; ++value)
        asked.groups[0].knobs[0].values.push_back(std::to_string(value));
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    const auto& arms = made->groups.front().arms;
    ASSERT_EQ(arms.size(), 15'000u);
    EXPECT_EQ(arms[0].label(), "steady[after=0]");
    EXPECT_EQ(arms[14'999].label(), "steady[after=4999]#2");
}

TEST(plan, M1_the_same_group_twice_is_an_error) {
    auto asked = request("idle/park", {"steady"});
    asked.groups.push_back(asked.groups[0]);
    EXPECT_THAT(make_plan(asked).error().message(), HasSubstr("idle/park stands there twice"));
}

TEST(plan, M15_an_injection_reaches_its_arm_or_is_an_error) {
    auto asked = request("idle/park", {"steady", "steady"});
    asked.injections = {{"steady#2", 0.05}};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_FALSE(made->groups[0].arms[0].injected_slowdown);
    EXPECT_EQ(made->groups[0].arms[1].injected_slowdown, 0.05);
    asked.injections = {{"stedy", 0.05}};
    EXPECT_THAT(make_plan(asked).error().message(),
                HasSubstr("no arm 'stedy' in the plan; did you mean steady"));
}

TEST(plan, M3_a_plan_survives_the_journal) {
    auto asked = request("ping_pong/one_way_drain", {"steady", "slow,after=3", "steady"});
    asked.groups[0].parameters = {{"batch", {"all", "2"}}};
    asked.injections = {{"steady#2", 0.25}};
    asked.options.seed = 99;
    asked.options.cpus = {0, 1};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    const auto read = plan_from_json(json::parse(one_line(plan_to_json(*made))));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(ids(*read), ids(*made));
    EXPECT_EQ(one_line(plan_to_json(*read)), one_line(plan_to_json(*made)));
}

TEST(repro, M1_the_command_of_a_row_names_all_that_it_depends_on) {
    auto asked = request("ping_pong/one_way_drain", {"slow,after=30"});
    asked.groups[0].parameters = {{"batch", {"all"}}};
    asked.options.seed = 5;
    asked.injections = {{"slow[after=30]", 0.05}};
    const auto made = make_plan(asked);
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(
        repro_command(made->groups[0], made->groups[0].arms[0], made->options),
        "spargio-bench run -w ping_pong/one_way_drain -p batch=all -b slow,after=30 --blocks 10 --slices 4 "
        "--slice-ms 20 --seed 5 --inject 'slow[after=30]:+5%'");
}

} // namespace
} // namespace bench
