// Sweeps: points from knobs, screening by rank, and a confirmation that no screening block reaches.
#include "harness/files/validate.hpp"
#include "harness/run/sweep.hpp"
#include "tests/harness/program_runner.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>

namespace bench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

sweep_request request(std::vector<value_list> knobs, combination combined = combination::one_at_a_time) {
    sweep_request made{.run = {}, .combined = combined, .screen_blocks = 6};
    made.run.options.blocks = 20;
    made.run.groups.push_back({.workload = "idle/park",
                               .parameters = {},
                               .arms = {"steady"},
                               .knobs = std::move(knobs),
                               .place = "here"});
    return made;
}

std::vector<std::string> points_of(const sweep_request& asked) {
    const auto made = plan_sweep(asked);
    if (!made) return {made.error().message()};
    std::vector<std::string> labels;
    for (const auto& point : made->points) labels.push_back(point.label());
    return labels;
}

TEST(sweep, M1_knobs_vary_one_at_a_time_all_with_all_or_side_by_side) {
    const std::vector<value_list> knobs{{"after", {"1", "2"}}, {"at", {"latency", "count"}}};
    EXPECT_THAT(points_of(request(knobs)), ElementsAre("steady[after=1]", "steady[after=2]",
                                                       "steady[at=latency]")); // at=count is the default
    EXPECT_THAT(points_of(request(knobs, combination::product)),
                ElementsAre("steady[after=1,at=latency]", "steady[after=1,at=count]",
                            "steady[after=2,at=latency]", "steady[after=2,at=count]"));
    EXPECT_THAT(points_of(request(knobs, combination::zip)),
                ElementsAre("steady[after=1,at=latency]", "steady[after=2,at=count]"));
}

TEST(sweep, P22_zip_of_unequal_lengths_names_both_knobs) {
    const auto made =
        plan_sweep(request({{"after", {"1", "2"}}, {"at", {"count", "count", "latency"}}}, combination::zip));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), AllOf(HasSubstr("'after' has 2"), HasSubstr("'at' has 3")));
}

TEST(sweep, P22_an_unknown_knob_shows_the_nearest_names) {
    EXPECT_THAT(plan_sweep(request({{"aftr", {"1"}}})).error().message(),
                AllOf(HasSubstr("has no knob 'aftr'"), HasSubstr("did you mean after")));
    EXPECT_THAT(plan_sweep(request({{"at", {"count"}}, {"at", {"latency"}}})).error().message(),
                HasSubstr("'at' is given twice"));
}

TEST(sweep, M1_a_point_that_stands_there_already_is_left_out) {
    const auto made = plan_sweep(request({{"after", {"1", "1"}}}));
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->points.size(), 1);
    EXPECT_THAT(made->left_out, ElementsAre("steady[after=1]"));
}

TEST(sweep, M1_a_point_whose_knobs_contradict_each_other_is_left_out_with_the_reason_and_the_rest_goes_on) {
    const auto made =
        plan_sweep(request({{"after", {"12", "13"}}, {"at", {"latency", "count"}}}, combination::product));
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->points.size(), 3);
    ASSERT_EQ(made->contradictory.size(), 1);
    EXPECT_EQ(made->contradictory.front().arm, "steady[after=13,at=latency]");
    EXPECT_THAT(describe_sweep(*made),
                HasSubstr("left out, its knobs contradict each other: "
                          "steady[after=13,at=latency]: after is 13 and at is latency: "));
}

TEST(sweep, M1_a_value_that_contradicts_the_baseline_of_the_sweep_is_left_out_too) {
    auto asked = request({{"after", {"12", "13"}}});
    asked.run.groups.front().arms = {"steady,at=latency"};
    const auto made = plan_sweep(asked);
    ASSERT_TRUE(made) << made.error();
    ASSERT_EQ(made->points.size(), 1);
    EXPECT_EQ(made->points.front().label(), "steady[after=12,at=latency]");
    EXPECT_EQ(made->contradictory.size(), 1);
}

TEST(sweep, P22_a_value_that_no_point_can_take_is_a_mistake_and_refused) {
    for (const auto combined : {combination::one_at_a_time, combination::product}) {
        const auto made = plan_sweep(request({{"after", {"1"}}, {"at", {"latency", "sometimes"}}}, combined));
        ASSERT_FALSE(made);
        EXPECT_THAT(made.error().message(), HasSubstr("at=sometimes is not legal; it takes count, latency"));
    }
    const auto none = plan_sweep(request({{"after", {"13"}}, {"at", {"latency"}}}, combination::zip));
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message(), AllOf(HasSubstr("every point contradict"), HasSubstr("after is 13")));
}

TEST(sweep, M4_a_sweep_with_a_contradictory_point_is_measured_and_its_file_says_what_was_not_tried) {
    const test_folder in;
    const auto ended = run_program_in(in, {"sweep",
                                           "-w",
                                           "ping_pong/tasks_rtt",
                                           "-b",
                                           "steady",
                                           "-k",
                                           "after=12,13",
                                           "-k",
                                           "at=latency,count",
                                           "-o",
                                           "a.json",
                                           "--combine",
                                           "product",
                                           "--blocks",
                                           "2",
                                           "--screen-blocks",
                                           "2",
                                           "--slices",
                                           "2",
                                           "--slice-ms",
                                           "1",
                                           "--quiet-wait",
                                           "0"});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.errors,
                HasSubstr("left out, its knobs contradict each other: steady[after=13,at=latency]"));
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    const auto& missing = document->at("run").at("sweep").at("contradictory");
    ASSERT_EQ(missing.size(), 1);
    EXPECT_EQ(missing.at(0).at("arm"), "steady[after=13,at=latency]");
    EXPECT_THAT(missing.at(0).at("reason").get<std::string>(), HasSubstr("after is 13"));
}

TEST(sweep, M2_the_baseline_stands_in_every_stage_and_no_two_stages_share_a_group) {
    const auto made = plan_sweep(request({{"after", {"1", "2", "3", "4", "5"}}}));
    ASSERT_TRUE(made) << made.error();
    EXPECT_THAT(made->screening_sizes(), ElementsAre(5, 3, 2));
    std::set<std::string> groups;
    for (std::size_t number = 1; number <= 3; ++number) {
        const auto stage = made->screening(number, made->points);
        EXPECT_EQ(stage.arms.front().label(), "steady");
        groups.insert(stage.name);
    }
    const auto last = made->confirmation(made->points[3]);
    EXPECT_EQ(last.arms.front().label(), "steady");
    EXPECT_EQ(last.arms.back().label(), "steady[after=4]");
    groups.insert(last.name);
    EXPECT_EQ(groups.size(), 4);
}

TEST(sweep, M2_the_better_half_goes_on_and_a_point_without_a_figure_never) {
    const auto made = plan_sweep(request({{"after", {"1", "2", "3", "4", "5"}}}));
    ASSERT_TRUE(made) << made.error();
    const std::vector<std::optional<double>> ratios{1.1, std::nullopt, 0.9, 0.8, 1.0};
    std::vector<ranked_point> points;
    for (std::size_t i = 0; i < ratios.size(); ++i)
        points.push_back({.arm = made->points[i], .median_ratio = ratios[i], .blocks = 6});
    std::vector<std::string> kept;
    for (const auto& one : better_half(points)) kept.push_back(one.arm.label());
    EXPECT_THAT(kept, ElementsAre("steady[after=4]", "steady[after=3]", "steady[after=5]"));
    EXPECT_TRUE(better_half({points[1]}).empty());
}

std::vector<std::string> short_sweep(const std::vector<std::string>& more) {
    std::vector<std::string> all{"sweep",
                                 "-w",
                                 "ping_pong/tasks_rtt",
                                 "-b",
                                 "steady",
                                 "--blocks",
                                 "3",
                                 "--screen-blocks",
                                 "2",
                                 "--slices",
                                 "2",
                                 "--slice-ms",
                                 "1",
                                 "--seed",
                                 "7",
                                 "--quiet-wait",
                                 "0",
                                 "--progress",
                                 "none",
                                 "-o",
                                 "a.json"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(sweep, M1_the_plan_is_printed_with_its_time_and_nothing_is_run) {
    const test_folder in;
    const auto ended = run_program_in(in, short_sweep({"-k", "after=1,2,3", "--plan"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.out,
                AllOf(HasSubstr("screening 1: 3 points and the baseline, 2 blocks"),
                      HasSubstr("screening 2: 2 points"), HasSubstr("3 fresh blocks"), HasSubstr("; about ")));
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json")));
}

TEST(sweep, M20_the_confirmation_never_uses_a_screening_block) {
    const test_folder in;
    // The baseline is slowed down, all points but one even more: that one must win.
    const auto ended = run_program_in(
        in, short_sweep({"-k", "after=999997,999998,999999", "--inject", "steady:+100%", "--inject",
                         "steady[after=999997]:+300%", "--inject", "steady[after=999999]:+300%"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    const auto& swept = document->at("run").at("sweep");
    EXPECT_EQ(swept.at("winner"), "steady[after=999998]");
    EXPECT_EQ(swept.at("stages").size(), 3);
    std::map<std::string, std::set<std::uint64_t>> blocks, seeds;
    for (const auto& block : document->at("blocks")) {
        if (block.at("dropped").get<bool>()) continue;
        const auto group = block.at("group").get<std::string>();
        blocks[group].insert(block.at("index").get<std::uint64_t>());
        seeds[group].insert(block.at("seed").get<std::uint64_t>());
        for (const auto& slice : block.at("slices"))
            EXPECT_EQ(slice.at("case").get<std::string>().substr(0, group.size() + 1), group + "|");
    }
    const auto& last = swept.at("stages").back();
    EXPECT_EQ(last.at("kind"), "confirmation");
    const auto confirmed = last.at("group").get<std::string>();
    EXPECT_EQ(blocks.at(confirmed).size(), 3);
    for (std::size_t stage = 0; stage < 2; ++stage) {
        const auto screened = swept.at("stages")[stage].at("group").get<std::string>();
        EXPECT_EQ(blocks.at(screened).size(), 2);
        EXPECT_LT(*blocks.at(screened).rbegin(), *blocks.at(confirmed).begin());
        for (const auto seed : seeds.at(screened)) EXPECT_FALSE(seeds.at(confirmed).contains(seed));
    }
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json.journal.jsonl")));
}

TEST(sweep, M3_a_point_that_crashes_costs_itself_only_and_the_exit_code) {
    const test_folder in;
    auto arguments = short_sweep({"-k", "after=0,999999"});
    *std::ranges::find(arguments, "steady") = "crashes";
    const auto ended = run_program_in(in, arguments);
    EXPECT_EQ(ended.exit_code, 4);
    EXPECT_THAT(ended.errors, HasSubstr("crashes[after=0]: crashed"));
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("sweep").at("winner"), "crashes[after=999999]");
}

TEST(sweep, M3_P21_an_interrupted_sweep_leaves_a_valid_marked_file_and_is_not_resumed) {
    const test_folder in;
    auto arguments = short_sweep({"-k", "after=1,2,3"});
    *std::ranges::find(arguments, "3") = "400";
    running_program program(arguments, in);
    const auto journal = in.file("a.json.journal.jsonl");
    wait_until(
        [&] {
            return std::filesystem::exists(journal) && text_of(journal).contains("\"kind\":\"confirmation\"");
        },
        "the confirmation");
    program.send(SIGINT);
    const auto ended = program.wait();
    EXPECT_EQ(ended.exit_code, 130);
    EXPECT_THAT(ended.errors, HasSubstr("can't be resumed"));
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "interrupted");
    EXPECT_EQ(document->at("run").at("sweep").at("stages").size(), 3);
}

TEST(sweep, M3_the_journal_of_a_killed_sweep_is_refused_with_the_reason) {
    const test_folder in;
    auto arguments = short_sweep({"-k", "after=1,2,3"});
    *std::ranges::find(arguments, "3") = "400";
    running_program program(arguments, in);
    const auto journal = in.file("a.json.journal.jsonl");
    wait_until([&] { return std::filesystem::exists(journal) && text_of(journal).contains("block_end"); },
               "a block");
    program.send(SIGKILL);
    EXPECT_EQ(program.wait().exit_code, 137);
    const auto resumed = run_program_in(in, {"run", "--resume", "a.json"});
    EXPECT_EQ(resumed.exit_code, 2);
    EXPECT_THAT(resumed.errors, HasSubstr("is of a sweep, which can't be resumed"));
}

TEST(sweep, P22_what_a_sweep_can_not_do_is_refused_with_2) {
    const test_folder in;
    for (const auto& [arguments, message] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"sweep", "-b", "steady", "-k", "after=1"}, "sweep wants one workload"},
             {{"sweep", "-w", "idle/park", "-k", "after=1"}, "sweep wants one backend"},
             {{"sweep", "-w", "idle/park", "-b", "steady"}, "sweep wants a knob"},
             {short_sweep({"-k", "after=1", "--budget", "9s"}), "sweep takes no --budget"},
             {short_sweep({"-k", "after=1", "--shard", "1/2"}), "sweep takes no --shard"},
             {short_sweep({"-k", "after=1", "-w", "idle/park"}), "sweep wants one workload"},
             {short_sweep({"-k", "after=1", "--inject", "stedy:+5%"}), "did you mean steady"}}) {
        const auto ended = run_program_in(in, arguments);
        EXPECT_EQ(ended.exit_code, 2) << message;
        EXPECT_THAT(ended.errors, HasSubstr(message));
    }
}

} // namespace
} // namespace bench
