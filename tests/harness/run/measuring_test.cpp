// What a run writes down: schema, slices, injected slowdown, busy pauses, A/A (M2, M4, M5, M6, M15, M20).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"
#include "harness/record/json/result.hpp"
#include "harness/show/case_figures.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace bench {
namespace {

using testing::HasSubstr;

json warnings_with(const json& document, const std::string& code) {
    json found = json::array();
    for (const auto& one : document.at("warnings"))
        if (one.at("code") == code) found.push_back(one);
    return found;
}

TEST(measuring, M20_the_result_conforms_to_the_published_schema) {
    if (std::system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null") != 0)
        GTEST_SKIP() << "/usr/bin/python3 has no jsonschema; apt install python3-jsonschema";
    const test_folder in;
    const auto ended =
        run_program_in(in, short_run({"-w", "ping_pong/*", "-b", "steady", "-b", "steady", "-b", "refuses",
                                      "-b", "crashes,after=3", "--inject", "steady#2:+5%", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 4) << ended.errors;
    const auto check = "/usr/bin/python3 -c 'import json,sys,jsonschema; "
                       "jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open("
                       "sys.argv[2])))' '" +
                       std::string(RESULT_SCHEMA) + "' '" + in.file("a.json") + "'";
    EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST(measuring, M2_every_block_holds_the_slices_of_all_arms_in_mirrored_rounds) {
    const test_folder in;
    ASSERT_EQ(run_program_in(in, short_run({"-w", "ping_pong/steady_rtt", "-b", "steady", "-b", "slow", "-b",
                                            "steady", "--slices", "4", "-o", "a.json"}))
                  .exit_code,
              0);
    const auto document = json_of(in.file("a.json"));
    ASSERT_EQ(document.at("blocks").size(), 2u);
    std::set<std::uint64_t> seeds;
    for (const auto& block : document.at("blocks")) {
        seeds.insert(block.at("seed").get<std::uint64_t>());
        std::vector<std::string> judged, recorded;
        for (const auto& slice : block.at("slices"))
            (slice.at("mode") == "throughput" ? judged : recorded)
                .push_back(slice.at("case").get<std::string>());
        ASSERT_EQ(judged.size(), 12u);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(judged[i], judged[5 - i]);
            EXPECT_EQ(judged[6 + i], judged[11 - i]);
        }
        EXPECT_EQ(std::set(recorded.begin(), recorded.end()).size(), 3u);
        EXPECT_FALSE(block.at("probes_before").at("eventfd_round_trip_ns").is_null());
    }
    EXPECT_EQ(seeds.size(), 2u);
}

TEST(measuring, M4_a_slice_says_what_it_did_and_what_it_cost) {
    const test_folder in;
    ASSERT_EQ(
        run_program_in(in, short_run({"-w", "ping_pong/steady_rtt", "-b", "steady", "-o", "a.json"})).exit_code,
        0);
    const auto document = json_of(in.file("a.json"));
    for (const auto& slice : document.at("blocks")[0].at("slices")) {
        EXPECT_EQ(slice.at("operations"), 256 * slice.at("iterations").get<std::uint64_t>());
        EXPECT_GE(slice.at("wall_ns").get<std::uint64_t>(),
                  10'000 * slice.at("iterations").get<std::uint64_t>());
        EXPECT_GT(slice.at("user_ns").get<std::uint64_t>() + slice.at("system_ns").get<std::uint64_t>(), 0u);
    }
    const auto& recorded = document.at("blocks")[0].at("slices").back();
    ASSERT_EQ(recorded.at("mode"), "latency");
    EXPECT_GE(recorded.at("latency").at("count").get<int>(), 1'000);
    EXPECT_GE(recorded.at("latency").at("p99_ns").get<int>(), 1'000);
    EXPECT_FALSE(recorded.at("latency").contains("buckets"));
    const auto of = case_of(document, "steady");
    EXPECT_EQ(of.at("latency").at("min_ns"), 1'000);
    EXPECT_LE(of.at("latency").at("max_ns").get<int>(), 1'499);
    EXPECT_GT(of.at("peak_rss_bytes").get<std::uint64_t>(), 1'000'000u);
    EXPECT_EQ(of.at("capabilities").at("temper"), "odd");
    EXPECT_EQ(of.at("knobs_effective").at("after"), "1000000");
}

TEST(measuring, M15_an_injected_slowdown_is_in_the_figures_and_in_the_record) {
    const test_folder in;
    ASSERT_EQ(run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "steady",
                                            "--inject", "steady#2:+50%", "--blocks", "5", "-o", "a.json"}))
                  .exit_code,
              0);
    const auto document = json_of(in.file("a.json"));
    EXPECT_EQ(case_of(document, "steady#2").at("injected_slowdown"), 0.5);
    EXPECT_TRUE(case_of(document, "steady").at("injected_slowdown").is_null());
    EXPECT_THAT(case_of(document, "steady#2").at("repro").get<std::string>(),
                HasSubstr("--inject steady:+50%"));
    const auto figures = figures_of(result_from_json(document).blocks);
    const auto& base = figures.at("ping_pong/tasks_rtt|steady").wall_ns;
    std::vector<double> ratios;
    for (const auto& [block, value] : figures.at("ping_pong/tasks_rtt|steady#2").wall_ns)
        ratios.push_back(value / base.at(block));
    EXPECT_GT(median_of(ratios), 1.25);
    EXPECT_LT(median_of(ratios), 1.75);
}

TEST(measuring, M5_a_paused_session_that_uses_the_CPU_is_warned_about) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b",
                                                     "busy_when_paused", "--slice-ms", "10", "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    const auto found = warnings_with(document, "paused_session_busy");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at("case"), "ping_pong/tasks_rtt|busy_when_paused");
    EXPECT_LT(case_of(document, "steady").at("paused_cpu_share").get<double>(), 0.01);
}

TEST(measuring, M6_a_result_near_the_harness_own_cost_is_warned_about) {
    const test_folder in;
    // Ten thousand rounds an iteration of ten microseconds: one ns an operation, as little as an empty
    // iteration.
    const auto ended = run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-p", "rounds=1000000", "-b",
                                                     "steady", "-b", "slow", "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.out, HasSubstr("overhead: an empty iteration takes "));
    EXPECT_GE(warnings_with(json_of(in.file("a.json")), "near_overhead").size(), 1u);
}

TEST(measuring, M1_a_budget_ends_the_run_and_says_so) {
    const test_folder in;
    const auto ended = run_program_in(
        in, short_run({"-w", "idle/park", "-w", "ping_pong/tasks_rtt", "-b", "steady", "--blocks", "1000",
                       "--budget", "2s", "--progress", "plain", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("the budget is spent with "));
    EXPECT_GE(json_of(in.file("a.json")).at("blocks").size(), 2u);
}

TEST(measuring, M1_a_budget_that_is_too_short_ends_the_last_case_after_its_first_block) {
    const test_folder in;
    const auto ended = run_program_in(
        in, short_run({"-w", "idle/park", "-w", "ping_pong/tasks_rtt", "-b", "steady", "--blocks", "1000",
                       "--budget", "2s", "--progress", "plain", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    std::map<std::string, std::size_t> blocks;
    const auto document = json_of(in.file("a.json"));
    for (const auto& block : document.at("blocks")) ++blocks[block.at("group")];
    EXPECT_EQ(blocks["ping_pong/tasks_rtt"], 1u);
    EXPECT_GE(blocks["idle/park"], 2u);
    EXPECT_THAT(ended.errors, HasSubstr("ping_pong/tasks_rtt ends at 1 of 1000 blocks"));
}

TEST(measuring, M1_repro_prints_a_command_that_measures_the_row_again) {
    const test_folder in;
    ASSERT_EQ(run_program_in(in, short_run({"-w", "ping_pong/one_way_drain", "-p", "batch=all", "-b",
                                            "steady,after=5000", "-b", "slow", "-o", "a.json"}))
                  .exit_code,
              0);
    const std::string id = "ping_pong/one_way_drain?batch=all|steady[after=5000]";
    const auto shown = run_program_in(in, {"repro", id, "a.json"});
    EXPECT_EQ(shown.exit_code, 0) << shown.errors;
    EXPECT_EQ(shown.out,
              "spargio-bench run -w ping_pong/one_way_drain -p batch=all -b steady,after=5000 --blocks 2 "
              "--slices 2 --slice-ms 1 --seed 7\n");
    ASSERT_EQ(run_program_in(in, {"run", "-w", "ping_pong/one_way_drain", "-p", "batch=all", "-b",
                                  "steady,after=5000", "--blocks", "2", "--slices", "2", "--slice-ms", "1",
                                  "--seed", "7", "-o", "b.json"})
                  .exit_code,
              0);
    EXPECT_EQ(json_of(in.file("b.json")).at("cases").at(0).at("id"), id);
    const auto wrong = run_program_in(in, {"repro", "ping_pong/one_way_drain?batch=all|stedy", "a.json"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.errors, HasSubstr("did you mean"));
}

TEST(measuring, M1_ab_previews_the_ratio_and_leaves_the_interval_to_the_report) {
    const test_folder in;
    const auto ended =
        run_program_in(in, {"ab", "-w", "ping_pong/tasks_rtt", "--a", "steady", "--b", "slow", "--blocks", "3",
                            "--slices", "2", "--slice-ms", "1", "--quiet-wait", "0", "-o", "a.json"});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.out, testing::ContainsRegex("slow takes [0-9.]+ x the time of steady"));
    EXPECT_THAT(ended.out, HasSubstr("spargio-report compare a.json"));
}

TEST(measuring, M1_the_default_file_lies_in_results_local_and_is_named) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "idle/park", "-b", "steady"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto from = ended.out.rfind("result: ") + 8;
    const auto path = ended.out.substr(from, ended.out.find('\n', from) - from);
    EXPECT_TRUE(path.starts_with("results/local/")) << path;
    EXPECT_TRUE(read_valid_result(in.file(path)));
}

TEST(measuring, M20_the_result_goes_to_stdout_as_JSON_where_asked) {
    const test_folder in;
    const auto ended =
        run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", "a.json", "--format", "json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_EQ(json::parse(ended.out), json_of(in.file("a.json")));
}

} // namespace
} // namespace bench
