#include "tests/harness/program_runner.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace bench {
namespace {

using testing::HasSubstr;
using testing::Not;

struct wrong_usage {
    const char* name;
    std::vector<std::string> arguments;
    const char* message;
};

class refused_command : public testing::TestWithParam<wrong_usage> {};

TEST_P(refused_command, P22_ends_with_2_and_a_message_that_names_place_and_remedy) {
    const test_folder in;
    const auto ended = run_program_in(in, GetParam().arguments);
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr(GetParam().message));
    EXPECT_EQ(ended.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    all, refused_command,
    testing::Values(
        wrong_usage{"no_command", {}, "name a command: list, doctor, run"},
        wrong_usage{"flag_of_no_command", {"-v"}, "name a command: list, doctor, run"},
        wrong_usage{
            "unknown_flag", {"run", "--bloks", "3"}, "run has no flag '--bloks'; did you mean --blocks"},
        wrong_usage{"unknown_flag_with_a_value",
                    {"ab", "--a", "x", "--b", "y", "--colour=red"},
                    "did you mean --color"},
        wrong_usage{"a_word_too_much", {"run", "a.toml", "b.toml"}, "run takes no 'b.toml' there"},
        wrong_usage{"remedy", {"repro", "x"}, "`spargio-bench repro --help` shows what it takes"},
        wrong_usage{"seed_of_letters", {"run", "--seed", "abc"}, "--seed abc: must be a whole number from 0"},
        wrong_usage{"seed_below_zero", {"run", "--seed", "-1"}, "--seed -1: must be a whole number from 0"},
        wrong_usage{"seed_that_wraps",
                    {"run", "--seed", "18446744073709551617"},
                    "must be a whole number from 0 to 9007199254740992"},
        wrong_usage{"blocks_below_zero", {"run", "--blocks", "-1"}, "--blocks"},
        wrong_usage{"blocks_that_wrap", {"run", "--blocks", "18446744073709551617"}, "--blocks"},
        wrong_usage{"wrong_choice", {"run", "--color", "red"}, "red not in {auto,always,never}"},
        wrong_usage{"unknown_command", {"rnu"}, "did you mean run"},
        wrong_usage{"filter_without_a_match", {"run", "-f", "nosuch"}, "matches no case; did you mean"},
        wrong_usage{"exclude_without_a_match",
                    {"run", "--exclude", "idle/prk"},
                    "--exclude 'idle/prk' matches no case; did you mean"},
        wrong_usage{"unknown_workload", {"run", "-w", "idle/prk"}, "did you mean idle/park"},
        wrong_usage{"unknown_backend", {"run", "-w", "idle/park", "-b", "stedy"}, "did you mean steady"},
        wrong_usage{"unknown_parameter", {"run", "-w", "idle/park", "-p", "x=1"}, "unknown parameter 'x'"},
        wrong_usage{"malformed_parameter", {"run", "-w", "idle/park", "-p", "x"}, "write it as name=value"},
        wrong_usage{
            "unknown_knob", {"run", "-w", "idle/park", "-k", "spin=1"}, "no chosen backend has a knob 'spin'"},
        wrong_usage{"malformed_injection", {"run", "--inject", "steady:5"}, "write it as ARM:+5%"},
        wrong_usage{"zero_blocks", {"run", "--blocks", "0"}, "--blocks"},
        wrong_usage{"malformed_budget", {"run", "--budget", "4"}, "--budget: '4' is not a duration"},
        wrong_usage{"missing_matrix", {"run", "nowhere.toml"}, "nowhere.toml: cannot read"},
        wrong_usage{"matrix_and_flags", {"run", "m.toml", "-w", "idle/park"}, "choose from it with -f"},
        wrong_usage{"unwritable_output",
                    {"run", "-w", "idle/park", "-b", "steady", "-o", "/proc/x.json"},
                    "cannot write /proc/x.json.journal.jsonl"},
        wrong_usage{"folder_that_cannot_be_made",
                    {"run", "-w", "idle/park", "-b", "steady", "-o", "/proc/no/x.json"},
                    "cannot make the folder /proc/no: "},
        wrong_usage{
            "output_is_a_folder", {"run", "-w", "idle/park", "-b", "steady", "-o", "."}, "is a directory"},
        wrong_usage{"nothing_to_resume", {"run", "--resume", "x.json"}, "there is nothing to resume"},
        wrong_usage{
            "resume_with_a_plan", {"run", "--resume", "x.json", "--blocks", "3"}, "leave the other flags"},
        wrong_usage{
            "plugin_with_a_name_that_no_file_can_hold", {"list", "--plugin", "a\xff.so"}, "is not UTF-8"},
        wrong_usage{"no_such_cpu", {"run", "-w", "idle/park", "-b", "steady", "--cpus", "1000"}, "--cpus 1000"},
        wrong_usage{"ab_without_a_workload", {"ab", "--a", "steady", "--b", "slow"}, "ab wants a workload"}),
    [](const auto& info) { return info.param.name; });

TEST(command_line, P22_a_malformed_matrix_ends_with_2_and_the_line) {
    const test_folder in;
    std::ofstream(in.file("m.toml")) << "title = \"x\"\n[[group]]\nworkloda = \"idle/park\"\n";
    const auto ended = run_program_in(in, {"run", "m.toml"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("m.toml:3:1: a group has no key 'workloda'; did you mean 'workload'?"));
}

TEST(command_line, M1_the_plan_is_printed_with_its_time_and_nothing_is_run) {
    const test_folder in;
    const auto ended = run_program_in(
        in, {"run", "-w", "idle/park", "-b", "steady", "-b", "steady", "--plan", "-o", "a.json"});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.out, HasSubstr("idle/park: steady, steady#2"));
    EXPECT_THAT(ended.out, HasSubstr("2 cases in 1 groups, 10 blocks each"));
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json")));
}

TEST(command_line, M1_list_shows_workloads_backends_knobs_and_cases) {
    const test_folder in;
    const auto all = run_program_in(in, {"list"});
    EXPECT_EQ(all.exit_code, 0);
    EXPECT_THAT(all.out, testing::AllOf(HasSubstr("ping_pong/steady_rtt"), HasSubstr("busy_when_paused")));
    EXPECT_THAT(run_program_in(in, {"list", "knobs"}).out, HasSubstr("-k after=1000000"));
    EXPECT_THAT(run_program_in(in, {"list", "cases", "-f", "idle"}).out,
                testing::AllOf(HasSubstr("idle/park|steady\n"), Not(HasSubstr("ping_pong"))));
}

TEST(command_line, M7_doctor_says_for_each_lack_what_it_costs_and_how_to_lift_it) {
    const test_folder in;
    const auto ended = run_program_in(in, {"doctor"});
    for (const char* topic : {"kernel:", "CPUs:", "io_uring:", "performance counters:", "frequency governor",
                              "SMT:", "container CPU limit", "neighbours over one second", "between two CPUs"})
        EXPECT_THAT(ended.out, HasSubstr(topic));
    std::size_t lacks = 0;
    for (std::size_t at = 0; (at = ended.out.find("costs: ", at)) != std::string::npos; ++at) ++lacks;
    std::size_t remedies = 0;
    for (std::size_t at = 0; (at = ended.out.find("remedy: ", at)) != std::string::npos; ++at) ++remedies;
    EXPECT_EQ(lacks, remedies);
}

TEST(command_line, P22_help_has_examples_that_the_program_takes) {
    const test_folder in;
    std::size_t tried = 0;
    for (const char* command : {"list", "run", "ab", "sweep", "repro", "export", "merge"}) {
        const auto help = run_program_in(in, {command, "--help"}).out;
        const auto examples = help.find("For example:\n");
        ASSERT_NE(examples, std::string::npos) << command;
        std::istringstream lines(help.substr(examples));
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("  spargio-bench ")) continue;
            line = line.substr(0, line.find("     ")); // what it shows stands beside it
            std::istringstream words(line);
            std::vector<std::string> arguments;
            for (std::string word; words >> word;) {
                std::erase(word, '\'');
                arguments.push_back(word);
            }
            arguments.erase(arguments.begin());
            // Its names and files are not those of this program; that the parser takes it is what is asked
            // here.
            EXPECT_THAT(run_program_in(in, arguments).errors, Not(HasSubstr("--help` shows what it takes")));
            ++tried;
        }
    }
    EXPECT_GE(tried, 9U);
}

TEST(command_line, P22_version_and_help_are_found_by_their_usual_names) {
    const test_folder in;
    EXPECT_EQ(run_program_in(in, {"--version"}).out, run_program_in(in, {"version"}).out);
    EXPECT_EQ(run_program_in(in, {"help"}).out, run_program_in(in, {"--help"}).out);
    EXPECT_THAT(run_program_in(in, {"help"}).out, HasSubstr("completion"));
}

TEST(command_line, P22_help_is_no_error) {
    const test_folder in;
    const auto ended = run_program_in(in, {"run", "--help"});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_THAT(ended.out, HasSubstr("--inject"));
}

} // namespace
} // namespace bench
