// Another build's arms in the same blocks as ours (M12).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"
#include "harness/plan/base_build.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

namespace bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A program of its own that is this one underneath, and notes what it was asked.
std::string other_build(const test_folder& in, const std::string& version = TEST_PROGRAM " version") {
    const auto path = in.file("base");
    std::ofstream(path) << "#!/bin/sh\n[ \"$1\" = version ] && exec " << version << "\necho \"$@\" >> '"
                        << in.file("asked") << "'\nexec " << TEST_PROGRAM << " \"$@\"\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

TEST(base_build, M12_its_arms_are_its_own_cells_in_the_same_blocks) {
    const test_folder in;
    const auto base = other_build(in);
    const auto ended = run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b",
                                                     "steady@base", "--baseline", base, "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    for (const auto& block : document.at("blocks")) {
        std::set<std::string> cases;
        for (const auto& slice : block.at("slices")) cases.insert(slice.at("case").get<std::string>());
        EXPECT_EQ(cases,
                  (std::set<std::string>{"ping_pong/tasks_rtt|steady", "ping_pong/tasks_rtt|steady@base"}));
    }
    const auto asked = text_of(in.file("asked"));
    EXPECT_THAT(asked, AllOf(HasSubstr("cell"), HasSubstr("--arm steady ")));
    EXPECT_EQ(std::ranges::count(asked, '\n'),
              2); // a fresh process for each of two blocks, and only for its arm
    EXPECT_EQ(document.at("run").at("base_build").at("path"), std::filesystem::canonical(base).string());
    EXPECT_EQ(document.at("run").at("base_build").at("tool"), document.at("tool"));
    EXPECT_TRUE(case_of(document, "steady@base").at("of_base").get<bool>());
    EXPECT_FALSE(case_of(document, "steady").at("of_base").get<bool>());
    EXPECT_THAT(case_of(document, "steady@base").at("repro").get<std::string>(),
                AllOf(HasSubstr("-b steady@base"), HasSubstr("--baseline ")));
    EXPECT_EQ(run_program_in(in, {"validate", "a.json"}).exit_code, 0);
}

TEST(base_build, M12_knobs_and_injection_reach_its_arms) {
    const test_folder in;
    const auto ended = run_program_in(
        in,
        short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "steady@base,after=7000000", "--inject",
                   "steady@base[after=7000000]:+10%", "--baseline", other_build(in), "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto of = case_of(json_of(in.file("a.json")), "steady@base[after=7000000]");
    EXPECT_EQ(of.at("knobs_effective").at("after"), "7000000");
    EXPECT_EQ(of.at("injected_slowdown"), 0.1);
    EXPECT_THAT(text_of(in.file("asked")),
                AllOf(HasSubstr("--arm steady,after=7000000"), HasSubstr("--slowdown 0.1")));
}

TEST(base_build, M12_a_base_with_other_defaults_is_told_all_parameters_and_does_the_same_work) {
    const test_folder in;
    const auto ended =
        run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "steady@base",
                                      "--baseline", other_build(in), "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    const json of_base = case_of(document, "steady@base").at("parameters");
    ASSERT_FALSE(of_base.empty());
    const auto asked = text_of(in.file("asked"));
    for (const auto& [name, value] : of_base.items())
        EXPECT_THAT(asked, HasSubstr("--parameter " + name + "=" + value.get<std::string>()));
    EXPECT_EQ(of_base, case_of(document, "steady").at("parameters"));
}

TEST(base_build, M3_a_run_is_not_resumed_beside_another_base) {
    const test_folder in;
    const auto base = other_build(in);
    auto arguments = short_run(
        {"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "steady@base", "--baseline", base, "-o", "a.json"});
    *std::ranges::find(arguments, "2") = "40"; // --blocks
    {
        running_program program(arguments, in);
        wait_until(
            [&] {
                std::error_code none;
                return std::filesystem::exists(in.file("a.json.journal.jsonl"), none) &&
                       text_of(in.file("a.json.journal.jsonl")).contains("block_end");
            },
            "a block");
        program.send(SIGKILL);
        program.wait();
    }
    auto said = json::parse(run_program_in(in, {"version"}).out);
    said["git_revision"] = "another";
    static_cast<void>(other_build(in, "echo '" + said.dump() + "'"));
    const auto refused = run_program_in(in, {"run", "--resume", "a.json", "--progress", "none"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("git_revision \"another\""), HasSubstr("measure again")));
    std::filesystem::remove(base);
    EXPECT_EQ(run_program_in(in, {"run", "--resume", "a.json", "--progress", "none"}).exit_code, 2);
    static_cast<void>(other_build(in));
    EXPECT_EQ(run_program_in(in, {"run", "--resume", "a.json", "--progress", "none"}).exit_code, 0);
}

TEST(base_build, M12_each_arm_of_ours_gets_its_twin_where_none_is_named) {
    const test_folder in;
    const auto ended =
        run_program_in(in, {"run", "-w", "ping_pong/tasks_rtt", "-b", "steady", "-b", "steady,after=7", "-b",
                            "slow", "--baseline", other_build(in), "--plan"});
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.out,
                AllOf(HasSubstr("steady@base"), HasSubstr("steady@base[after=7]"), HasSubstr("slow")));
    EXPECT_THAT(ended.out, testing::Not(HasSubstr("slow@base")));
    const auto none =
        run_program_in(in, {"run", "-w", "ping_pong/tasks_rtt", "-b", "slow", "--baseline", other_build(in)});
    EXPECT_EQ(none.exit_code, 2);
    EXPECT_THAT(none.errors, HasSubstr("no arm of the plan is ours"));
}

TEST(base_build, M12_an_arm_of_a_base_that_was_not_named_is_refused) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady@base"}));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("--baseline PATH"));
}

TEST(base_build, P22_a_program_that_can_be_no_base_is_refused_with_the_remedy) {
    const test_folder in;
    const auto tried = [&](const std::string& path) {
        const auto ended = run_program_in(in, short_run({"-w", "ping_pong/tasks_rtt", "-b", "steady", "-b",
                                                         "steady@base", "--baseline", path}));
        EXPECT_EQ(ended.exit_code, 2);
        return ended.errors;
    };
    EXPECT_THAT(tried("none"), HasSubstr("no program"));
    EXPECT_THAT(tried(in.path().string()), HasSubstr("no program"));
    EXPECT_THAT(tried("/bin/true"), HasSubstr("says nothing that is understood"));
    EXPECT_THAT(tried(other_build(in, "echo '{\"name\": \"spargio-bench\", \"cell_protocol\": 99}'")),
                HasSubstr("protocol 99"));
}

TEST(base_build, M12_the_version_command_prints_what_a_result_file_holds) {
    const test_folder in;
    const auto ended = run_program_in(in, {"version"});
    ASSERT_EQ(ended.exit_code, 0);
    const auto said = json::parse(ended.out);
    EXPECT_EQ(said.at("name"), "spargio-bench");
    EXPECT_EQ(said.at("cell_protocol"), cell_protocol);
    EXPECT_TRUE(said.contains("git_revision"));
}

} // namespace
} // namespace bench
