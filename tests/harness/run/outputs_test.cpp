// Where the program prints and writes: readers that go away, full and closed outputs, devices, pipes, links,
// and results that are there already (P20, P21, P22).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace bench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* run_to_a =
    "$BENCH run -w idle/park -b steady --blocks 2 --slices 1 --slice-ms 1 --quiet-wait 0 -o a.json ";

void expect_complete(const test_folder& in, const std::string& name) {
    const auto document = read_valid_result(in.file(name));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "complete");
}

/// A folder with a result `a.json`.
class beside_a_result : public testing::Test {
protected:
    beside_a_result() { EXPECT_EQ(run_shell_in(in, std::string(run_to_a) + "-q").exit_code, 0); }

    const test_folder in;
};

TEST(outputs, P20_a_reader_who_goes_away_ends_the_words_and_not_the_run) {
    for (const char* progress : {"bar", "plain"}) {
        const test_folder in;
        run_shell_in(in, std::string("{ ") + run_to_a + "--progress " + progress +
                             "; echo $? >code; } 2>&1 | head -c1 >/dev/null");
        EXPECT_EQ(text_of(in.file("code")), "0\n") << progress;
        expect_complete(in, "a.json");
    }
}

TEST(outputs, P20_a_full_or_closed_output_is_named_and_costs_no_figure) {
    struct place {
        const char* redirection;
        const char* reason;
    };
    for (const auto& [redirection, reason] : {place{">/dev/full", "standard output: No space left on device"},
                                              place{">&-", "standard output: Bad file descriptor"},
                                              place{"2>/dev/full", ""}, place{"2>&-", ""}, place{"<&-", ""}}) {
        const test_folder in;
        const auto ended = run_shell_in(in, std::string(run_to_a) + redirection);
        EXPECT_EQ(ended.exit_code, *reason == '\0' ? 0 : 4) << redirection;
        EXPECT_THAT(ended.errors, HasSubstr(reason)) << redirection;
        EXPECT_THAT(ended.errors, Not(HasSubstr("journal"))) << redirection;
        expect_complete(in, "a.json");
    }
}

TEST_F(beside_a_result, P22_every_command_says_that_its_output_is_full_and_is_silent_where_nobody_reads) {
    for (const char* command :
         {"list", "list cases", "list knobs", "version", "completion bash", "validate a.json", "--help",
          "run -w idle/park --plan", "repro 'idle/park|steady' a.json", "export a.json --format csv",
          "merge a.json -o -"}) {
        const auto full = run_shell_in(in, std::string("$BENCH ") + command + " >/dev/full");
        EXPECT_EQ(full.exit_code, 4) << command;
        EXPECT_THAT(full.errors, HasSubstr("standard output: No space left on device")) << command;
        const auto piped =
            run_shell_in(in, std::string("{ sleep 0.1; $BENCH ") + command + "; echo $? >code; } | true");
        EXPECT_EQ(text_of(in.file("code")), "0\n") << command;
        EXPECT_EQ(piped.errors, "") << command;
    }
}

TEST_F(beside_a_result, P21_what_is_no_file_is_written_through_and_never_replaced) {
    const auto said = run_shell_in(in, "$BENCH export a.json --format csv").out;
    ASSERT_THAT(said, HasSubstr("idle/park|steady"));
    for (const char* name : {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
        EXPECT_EQ(run_shell_in(in, std::string("$BENCH export a.json --format csv -o ") + name).out, said)
            << name;
    const auto piped = run_shell_in(
        in,
        "mkfifo p; cat p >got & $BENCH export a.json --format csv -o p; echo $?; wait; [ -p p ] && echo pipe");
    EXPECT_EQ(piped.out, "0\npipe\n") << piped.errors;
    EXPECT_EQ(text_of(in.file("got")), said);
    // Only a user with every right could harm it; the others see a complaint instead.
    EXPECT_EQ(run_shell_in(in, "$BENCH export a.json --format csv -o /dev/null").exit_code, 0);
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(beside_a_result, P21_a_link_stays_and_what_it_leads_to_is_written) {
    std::filesystem::create_directory(in.file("far"));
    std::filesystem::create_symlink("far/b.csv", in.file("link"));
    ASSERT_EQ(run_shell_in(in, "$BENCH export a.json --format csv -o link").exit_code, 0);
    EXPECT_TRUE(std::filesystem::is_symlink(in.file("link")));
    EXPECT_THAT(text_of(in.file("far/b.csv")), HasSubstr("idle/park|steady"));
}

TEST(outputs, P21_a_run_into_standard_output_says_nothing_else_there) {
    for (const char* name : {"-", "/dev/stdout"}) {
        const test_folder in;
        const auto ended = run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", name}));
        EXPECT_EQ(ended.exit_code, 0) << ended.errors;
        EXPECT_EQ(json::parse(ended.out).at("run").at("status"), "complete");
        EXPECT_FALSE(std::filesystem::exists(in.path() / "-"));
    }
}

TEST(outputs, P21_a_run_whose_reader_has_gone_keeps_its_result_elsewhere) {
    const test_folder in;
    const auto ended =
        run_shell_in(in, "TMPDIR=. ; export TMPDIR; { $BENCH run -w idle/park -b steady --blocks 1 "
                         "--slices 1 --slice-ms 1 --quiet-wait 0 -q -o - ; } | true");
    EXPECT_THAT(ended.errors,
                HasSubstr("cannot write standard output: Broken pipe; the result is in ./spargio"));
    std::size_t kept = 0;
    for (const auto& entry : std::filesystem::directory_iterator(in.path()))
        if (entry.path().extension() == ".json") kept += read_valid_result(entry.path()).has_value();
    EXPECT_EQ(kept, 1u);
}

TEST_F(beside_a_result, P21_a_result_is_never_written_over) {
    const auto before = text_of(in.file("a.json"));
    for (const std::string& command :
         {std::string(run_to_a), std::string("$BENCH export a.json --format csv -o a.json"),
          std::string("$BENCH sweep -w idle/park -b steady -k after=5 -o a.json"),
          std::string("cp a.json c.json; $BENCH merge c.json -o a.json")}) {
        const auto ended = run_shell_in(in, command);
        EXPECT_EQ(ended.exit_code, 2) << command;
        EXPECT_THAT(ended.errors, HasSubstr("-o a.json: a result is there already; name another file"))
            << command;
        EXPECT_EQ(text_of(in.file("a.json")), before) << command;
    }
    std::ofstream(in.file("empty.json")).flush(); // as mktemp(1) makes it
    EXPECT_EQ(run_shell_in(in, "$BENCH merge a.json -o empty.json").exit_code, 0);
}

TEST(outputs, P22_a_folder_that_may_not_be_written_is_named_with_its_reason) {
    const test_folder in;
    std::ofstream(in.file("file")) << "x";
    const auto ended =
        run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", "file/sub/a.json"}));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors,
                HasSubstr("cannot make the folder file/sub: Not a directory; choose another place"));
}

TEST(outputs, M1_a_run_that_its_budget_cut_short_does_not_call_itself_complete) {
    const test_folder in;
    const auto ended = run_program_in(in, {"run", "-w", "idle/park", "-b", "steady", "--blocks", "1000",
                                           "--slices", "1", "--slice-ms", "1", "--quiet-wait", "0",
                                           "--progress", "none", "--budget", "300ms", "-o", "a.json"});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("the budget ended before every case had its blocks"));
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "interrupted");
    EXPECT_EQ(document->at("run").at("cut_by"), "budget");
    EXPECT_EQ(document->at("run").at("budget_ns"), 300'000'000);
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json.journal.jsonl")));
}

} // namespace
} // namespace bench
