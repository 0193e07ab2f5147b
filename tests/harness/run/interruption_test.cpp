// Ctrl-C, SIGKILL, and going on after them (M3, P20, P21, P23).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

namespace bench {
namespace {

using testing::HasSubstr;

/// A run that would take minutes, so that it is in the middle whenever the test acts.
std::vector<std::string> long_run() {
    return {"run",
            "-w",
            "idle/park",
            "-w",
            "ping_pong/tasks_rtt",
            "-b",
            "steady",
            "-b",
            "slow",
            "--blocks",
            "40",
            "--slices",
            "2",
            "--slice-ms",
            "2",
            "--quiet-wait",
            "0",
            "--progress",
            "none",
            "--seed",
            "3",
            "-o",
            "a.json"};
}

std::size_t count_in_journal(const test_folder& in, const std::string& event) {
    const auto text = text_of(in.file("a.json.journal.jsonl"));
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("{\"event\":\"" + event + "\"", at)) != std::string::npos; ++at)
        ++count;
    return count;
}

/// Blocks that came to their end, whether kept or, on a noisy machine, dropped.
std::size_t ended_blocks(const json& document) {
    std::size_t ended = 0;
    for (const auto& block : document.at("blocks")) ended += !block.at("cpu_pressure_share").is_null();
    return ended;
}

std::size_t kept_blocks(const json& document) {
    std::size_t kept = 0;
    for (const auto& block : document.at("blocks")) kept += !block.at("dropped").get<bool>();
    return kept;
}

class interrupting_signal : public testing::TestWithParam<int> {};

TEST_P(interrupting_signal, M3_P21_leaves_a_valid_marked_file_and_the_exit_code_130) {
    const test_folder in;
    running_program program(long_run(), in);
    wait_until([&] { return count_in_journal(in, "block_end") >= 3; }, "three blocks");
    program.send(GetParam());
    const auto ended = program.wait();
    EXPECT_EQ(ended.exit_code, 130);
    EXPECT_THAT(ended.errors, HasSubstr("go on with: spargio-bench run --resume a.json"));
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "interrupted");
    EXPECT_EQ(ended_blocks(*document), count_in_journal(in, "block_end"));
}

INSTANTIATE_TEST_SUITE_P(all, interrupting_signal, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGXCPU),
                         [](const auto& info) { return std::string(::sigabbrev_np(info.param)); });

TEST(interruption, M3_nohup_lets_a_run_outlive_its_terminal) {
    const test_folder in;
    // A shell with the signal ignored stands for nohup(1), which would also look for a terminal.
    const auto ended =
        run_shell_in(in, "trap '' HUP; $BENCH run -w idle/park -b steady --blocks 2 --slices 1 "
                         "--slice-ms 1 --quiet-wait 0 -q -o a.json & "
                         "while [ ! -s a.json.journal.jsonl ]; do :; done; kill -HUP $!; wait $!");
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_EQ(json_of(in.file("a.json")).at("run").at("status"), "complete");
}

TEST(interruption, P22_a_command_that_waits_for_its_file_ends_at_once) {
    const test_folder in;
    ASSERT_EQ(::mkfifo(in.file("pipe").c_str(), 0600), 0);
    running_program program({"validate", "pipe"}, in);
    const int writing =
        ::open(in.file("pipe").c_str(), O_WRONLY | O_CLOEXEC); // waits for the program to open it
    program.send(SIGINT);
    EXPECT_EQ(program.wait().exit_code, 128 + SIGINT);
    ::close(writing);
}

TEST(interruption, P21_a_second_run_of_one_file_is_told_who_is_measuring_and_leaves_it_alone) {
    const test_folder in;
    auto arguments = long_run();
    *(std::ranges::find(arguments, "40")) = "6";
    running_program first(arguments, in);
    wait_until([&] { return count_in_journal(in, "block_end") >= 1; }, "a block");
    const auto holder = "process " + std::to_string(first.process()) + " is measuring into a.json";
    const auto second = run_program_in(in, arguments);
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_THAT(second.errors, testing::AllOf(HasSubstr(holder), testing::Not(HasSubstr("--resume"))));
    for (const char* name : {"a.json", "a.json.journal.jsonl"}) {
        const auto resumed = run_program_in(in, {"run", "--resume", name});
        EXPECT_EQ(resumed.exit_code, 2);
        EXPECT_THAT(resumed.errors, HasSubstr(holder));
    }
    EXPECT_EQ(first.wait().exit_code, 0);
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(kept_blocks(*document), 12u);
    EXPECT_EQ(ended_blocks(*document), document->at("blocks").size());
}

TEST(interruption, M3_an_interrupt_is_heard_while_a_cell_hangs) {
    const test_folder in;
    running_program program(
        short_run({"-w", "idle/park", "-b", "hangs,after=0", "--timeout", "10m", "-o", "a.json"}), in);
    wait_until([&] { return count_in_journal(in, "block_begin") == 1 && !program.children().empty(); },
               "the cell");
    program.send(SIGINT);
    EXPECT_EQ(program.wait().exit_code, 130);
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("cases").at(0).at("status"), "not_run");
}

TEST(interruption, M3_P20_after_SIGKILL_resume_goes_on_and_completes_however_often) {
    const test_folder in;
    auto arguments = long_run();
    *(std::ranges::find(arguments, "40")) = "8";
    for (std::size_t blocks = 4; blocks <= 8; blocks += 4) {
        running_program program(arguments, in);
        wait_until([&] { return count_in_journal(in, "block_end") >= blocks; }, "four more blocks");
        program.send(SIGKILL);
        EXPECT_EQ(program.wait().exit_code, 137);
        // The kernel may have taken half a line of the last event.
        std::ofstream(in.file("a.json.journal.jsonl"), std::ios::app) << "{\"event\":\"sli";
        arguments = {"run", "--resume", "a.json", "--progress", "none"};
    }
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json")));
    const auto ended = run_program_in(in, arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "complete");
    EXPECT_EQ(document->at("run").at("resumed"), true);
    EXPECT_EQ(kept_blocks(*document), 16u);
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json.journal.jsonl")));
}

TEST(interruption, M3_an_interrupted_run_is_resumed_to_the_same_plan) {
    const test_folder in;
    auto arguments = long_run();
    *(std::ranges::find(arguments, "40")) = "4";
    {
        running_program program(arguments, in);
        wait_until([&] { return count_in_journal(in, "block_end") >= 2; }, "two blocks");
        program.send(SIGINT);
        ASSERT_EQ(program.wait().exit_code, 130);
    }
    const auto first = json_of(in.file("a.json"));
    ASSERT_EQ(run_program_in(in, {"run", "--resume", "a.json", "-q"}).exit_code, 0);
    const auto whole = json_of(in.file("a.json"));
    EXPECT_EQ(kept_blocks(whole), 8u);
    EXPECT_EQ(whole.at("run").at("seed"), first.at("run").at("seed"));
    for (std::size_t i = 0; i < first.at("blocks").size(); ++i)
        EXPECT_EQ(whole.at("blocks")[i], first.at("blocks")[i]) << "block " << i << " was measured before";
}

TEST(interruption, P20_a_journal_of_another_build_is_not_continued) {
    const test_folder in;
    {
        running_program program(long_run(), in);
        wait_until([&] { return count_in_journal(in, "block_end") >= 1; }, "a block");
        program.send(SIGKILL);
        program.wait();
    }
    auto text = text_of(in.file("a.json.journal.jsonl"));
    const auto at = text.find("\"compiler\":\"") + 12;
    text.insert(at, "other ");
    std::ofstream(in.file("a.json.journal.jsonl"), std::ios::trunc) << text;
    const auto ended = run_program_in(in, {"run", "--resume", "a.json"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("begun by a build with compiler"));
}

TEST(interruption, P22_a_damaged_journal_is_named_with_the_byte) {
    const test_folder in;
    std::ofstream(in.file("a.json.journal.jsonl")) << "{\"journal\":1}\nthis is not JSON\n";
    const auto ended = run_program_in(in, {"run", "--resume", "a.json"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("byte 14 begins a line that is not JSON"));
    std::ofstream(in.file("b.json.journal.jsonl")) << "{\"journal\":1}\n{\"event\":\"slice\"}\n";
    EXPECT_THAT(run_program_in(in, {"run", "--resume", "b.json"}).errors, HasSubstr("is damaged"));
}

TEST(interruption, P23_cells_die_with_a_harness_that_is_killed) {
    // Orphans come to this process, so that it can wait for them.
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    const test_folder in;
    running_program program(
        short_run({"-w", "idle/park", "-b", "hangs,after=0", "--timeout", "10m", "-o", "a.json"}), in);
    // Once its session is open it only hangs: nothing but the kernel can end it.
    wait_until([&] { return count_in_journal(in, "case") == 1; }, "the cell to open its session");
    const auto cells = program.children();
    ASSERT_EQ(cells.size(), 1u);
    program.send(SIGKILL);
    program.wait();
    int status = 0;
    try {
        wait_until([&] { return ::waitpid(cells[0], &status, WNOHANG) == cells[0]; }, "the cell to die");
    } catch (const std::exception&) {
        ::kill(cells[0], SIGKILL);
        throw;
    }
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
}

} // namespace
} // namespace bench
