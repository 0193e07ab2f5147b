// Shards of one matrix and files of several machines, joined without any ratio between machines (M24).
#include "tests/harness/program_runner.hpp"

#include "harness/plan/plan.hpp"
#include "harness/plan/plan_part.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

namespace bench {
namespace {

using testing::HasSubstr;

run_request of_everything(std::optional<plan_part> shard = {}) {
    run_request asked;
    asked.options.part = shard;
    asked.groups.push_back(
        {.workload = "*", .parameters = {}, .arms = {"steady", "slow"}, .knobs = {}, .place = "here"});
    return asked;
}

TEST(shards, M24_every_group_is_in_exactly_one_shard_whatever_the_order_of_the_matrix) {
    const auto whole = make_plan(of_everything());
    ASSERT_TRUE(whole) << whole.error();
    for (const std::uint64_t count : {1u, 2u, 3u, 7u}) {
        std::map<std::string, std::size_t> seen;
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto part = make_plan(of_everything(plan_part{i, count}));
            ASSERT_TRUE(part) << part.error();
            for (const auto& g : part->groups) {
                ++seen[g.name];
                EXPECT_EQ(g.arms.size(), 2u);
            }
            plan reversed = *whole;
            std::ranges::reverse(reversed.groups);
            ASSERT_FALSE(keep_part(reversed, {i, count}));
            std::set<std::string> one, other;
            for (const auto& g : part->groups) one.insert(g.name);
            for (const auto& g : reversed.groups) other.insert(g.name);
            EXPECT_EQ(one, other);
        }
        EXPECT_EQ(seen.size(), whole->groups.size());
        EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& each) { return each.second == 1; }));
    }
}

TEST(shards, M24_the_shards_of_a_matrix_take_about_as_long) {
    const auto whole = make_plan(of_everything());
    std::uint64_t longest_group = 0;
    for (const auto& g : whole->groups) longest_group = std::max(longest_group, whole->estimate_block_ns(g));
    std::uint64_t least = ~0ull, most = 0;
    for (std::uint64_t i = 1; i <= 4; ++i) {
        const auto part = make_plan(of_everything(plan_part{i, 4}));
        std::uint64_t sum = 0;
        for (const auto& g : part->groups) sum += part->estimate_block_ns(g);
        least = std::min(least, sum);
        most = std::max(most, sum);
    }
    EXPECT_LE(most - least, longest_group);
}

TEST(shards, M24_the_digest_is_that_of_the_whole_plan_and_differs_when_the_plan_does) {
    const auto digest = [](std::uint64_t shard, std::uint64_t blocks, std::uint64_t seed) {
        auto asked = of_everything(plan_part{shard, 3});
        asked.options.blocks = blocks;
        asked.options.seed = seed;
        return make_plan(asked)->options.plan_digest;
    };
    EXPECT_EQ(digest(1, 10, 1), digest(3, 10, 2));
    EXPECT_NE(digest(1, 10, 1), digest(1, 20, 1));
}

TEST(shards, P22_a_shard_that_makes_no_sense_is_refused) {
    for (const char* text : {"", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2"}) {
        const auto read = parse_plan_part(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message(), HasSubstr("as 2/4"));
    }
    const auto too_many = make_plan(of_everything(plan_part{1, 1000}));
    ASSERT_FALSE(too_many);
    EXPECT_THAT(too_many.error().message(), HasSubstr("use at most"));
}

/// Two groups of two arms, one group a shard.
void measure_shard(const test_folder& in, const std::string& shard, const std::string& name,
                   const std::string& blocks = "2") {
    const auto ended =
        run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-w", "ping_pong/steady_rtt", "-b", "steady",
                                      "-b", "slow", "--shard", shard, "--blocks", blocks, "-o", name}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
}

TEST(merging, M24_the_shards_of_a_matrix_become_the_file_of_the_whole) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    measure_shard(in, "2/2", "2.json");
    const auto ended = run_program_in(in, {"merge", "1.json", "2.json", "-o", "all.json"});
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto all = json_of(in.file("all.json"));
    EXPECT_EQ(run_program_in(in, {"validate", "all.json"}).exit_code, 0);
    std::set<std::string> ids;
    for (const auto& one : all.at("cases")) ids.insert(one.at("id").get<std::string>());
    EXPECT_EQ(ids, (std::set<std::string>{"ping_pong/tasks_rtt|steady", "ping_pong/tasks_rtt|slow",
                                          "ping_pong/steady_rtt|steady", "ping_pong/steady_rtt|slow"}));
    EXPECT_EQ(all.at("blocks").size(), 4u);
    EXPECT_EQ(all.at("machines").size(), 2u);
    EXPECT_EQ(all.at("run").at("status"), "complete");
    EXPECT_FALSE(all.at("run").contains("shard"));
}

TEST(merging, M24_what_two_machines_measured_is_kept_apart) {
    const test_folder in;
    for (const std::string name : {"1.json", "2.json"})
        ASSERT_EQ(run_program_in(
                      in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "slow", "-o", name}))
                      .exit_code,
                  0);
    ASSERT_EQ(run_program_in(in, {"merge", "1.json", "2.json", "-o", "all.json"}).exit_code, 0);
    const auto all = json_of(in.file("all.json"));
    EXPECT_EQ(all.at("cases").size(), 4u);
    for (const auto& block : all.at("blocks")) {
        const auto group = block.at("group").get<std::string>();
        EXPECT_EQ(group,
                  block.at("machine") == 0 ? "ping_pong/tasks_rtt@machine1" : "ping_pong/tasks_rtt@machine2");
        for (const auto& slice : block.at("slices"))
            EXPECT_TRUE(slice.at("case").get<std::string>().starts_with(group + "|"));
    }
    EXPECT_EQ(case_of(all, "steady").at("machine"), 0);
    EXPECT_EQ(all.at("parts").size(), 2u);
    EXPECT_EQ(run_program_in(in, {"validate", "all.json"}).exit_code, 0);
    const auto again = run_program_in(in, {"merge", "all.json", "1.json", "-o", "b.json"});
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_THAT(again.errors, HasSubstr("is a merged file"));
}

TEST(merging, P22_shards_that_do_not_make_a_whole_are_refused_and_nothing_is_written) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    measure_shard(in, "2/2", "other.json", "3");
    const auto refused = [&](std::vector<std::string> files, int code = 2) {
        files.insert(files.begin(), "merge");
        files.insert(files.end(), {"-o", "all.json"});
        const auto ended = run_program_in(in, files);
        EXPECT_EQ(ended.exit_code, code);
        EXPECT_FALSE(std::filesystem::exists(in.file("all.json")));
        return ended.errors;
    };
    EXPECT_THAT(refused({"1.json"}), HasSubstr("these shards are missing: 2/2"));
    EXPECT_THAT(refused({"1.json", "1.json"}), HasSubstr("are the same run"));
    measure_shard(in, "1/2", "again.json");
    EXPECT_THAT(refused({"1.json", "again.json"}), HasSubstr("are both shard 1 of 2"));
    EXPECT_THAT(refused({"1.json", "other.json"}), HasSubstr("other.json is a shard of another matrix"));
    EXPECT_THAT(refused({"none.json"}, 4), HasSubstr("none.json: cannot read it"));
    auto cut = text_of(in.file("1.json"));
    std::ofstream(in.file("cut.json")) << cut.substr(0, cut.size() / 2);
    EXPECT_THAT(refused({"cut.json"}, 4), HasSubstr("truncated"));
    auto foreign = json_of(in.file("1.json"));
    foreign["run"]["id"] = "another";
    foreign["tool"]["git_revision"] = "another";
    std::ofstream(in.file("foreign.json")) << foreign;
    EXPECT_THAT(refused({"1.json", "foreign.json"}), HasSubstr("git_revision"));
    foreign = json_of(in.file("1.json"));
    foreign["run"]["id"] = "another";
    foreign["schema_version"] = "1.0";
    std::ofstream(in.file("old.json")) << foreign;
    EXPECT_THAT(refused({"1.json", "old.json"}), HasSubstr("has schema"));
}

TEST(merging, M24_with_partial_a_missing_shard_leaves_a_file_that_is_marked) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    ASSERT_EQ(run_program_in(in, {"merge", "1.json", "--partial", "-o", "all.json"}).exit_code, 0);
    EXPECT_EQ(json_of(in.file("all.json")).at("run").at("status"), "interrupted");
    EXPECT_EQ(json_of(in.file("all.json")).at("run").at("missing_shards"), json::array({"2/2"}));
    measure_shard(in, "2/2", "2.json");
    ASSERT_EQ(run_program_in(in, {"merge", "1.json", "2.json", "--partial", "-o", "whole.json"}).exit_code, 0);
    EXPECT_EQ(json_of(in.file("whole.json")).at("run").at("status"), "complete");
    const auto over = run_program_in(in, {"merge", "1.json", "2.json", "-o", "1.json"});
    EXPECT_EQ(over.exit_code, 2);
    EXPECT_THAT(over.errors, HasSubstr("is one of the files"));
}

/// Why `merge` refuses two shards of which the second was changed by hand.
std::string why_apart(const std::function<void(json&)>& change) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    measure_shard(in, "2/2", "2.json");
    auto one = json_of(in.file("1.json")), other = json_of(in.file("2.json"));
    for (auto* each : {&one, &other}) {
        (*each)["tool"]["git_revision"] = "unknown";
        (*each)["tool"]["git_dirty"] = false;
    }
    change(other);
    std::ofstream(in.file("1.json")) << one;
    std::ofstream(in.file("2.json")) << other;
    const auto ended = run_program_in(in, {"merge", "1.json", "2.json", "-o", "all.json"});
    EXPECT_EQ(ended.exit_code, ended.errors.empty() ? 0 : 2);
    return ended.errors;
}

TEST(merging, M24_builds_of_no_known_revision_are_one_program_only_where_they_are_one_file) {
    EXPECT_EQ(why_apart([](json&) {}), "");
    EXPECT_THAT(why_apart([](json& other) { other["tool"]["digest"] = "another"; }),
                HasSubstr("a revision that is unknown, and they are not the same program file"));
    EXPECT_THAT(why_apart([](json& other) { other["tool"].erase("digest"); }),
                HasSubstr("nothing says that it was one program"));
}

TEST(merging, M24_two_files_of_one_plugin_are_not_joined) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    measure_shard(in, "2/2", "2.json");
    for (const char* name : {"1.json", "2.json"}) {
        auto document = json_of(in.file(name));
        document["backends"][0]["plugin"] = "/x/plugin.so";
        document["backends"][0]["digest"] = name;
        std::ofstream(in.file(name)) << document;
    }
    const auto ended = run_program_in(in, {"merge", "1.json", "2.json", "-o", "all.json"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("measured another plugin file of"));
}

TEST(merging, M24_two_versions_of_a_rival_are_not_joined) {
    const test_folder in;
    measure_shard(in, "1/2", "1.json");
    measure_shard(in, "2/2", "2.json");
    auto other = json_of(in.file("2.json"));
    for (auto& backend : other["backends"])
        if (backend.at("name") == "slow") backend["version"] = "another";
    std::ofstream(in.file("2.json")) << other;
    const auto ended = run_program_in(in, {"merge", "1.json", "2.json", "-o", "all.json"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("measured slow in version"));
}

} // namespace
} // namespace bench
