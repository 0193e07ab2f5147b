// One case goes wrong, the others are measured (M3, P20); a file that can't be written costs no figure (P21,
// P22).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace bench {
namespace {

using testing::HasSubstr;

struct fault {
    const char* name;
    const char* arm;
    const char* status;
    const char* reason;
};

class faulty_cell : public testing::TestWithParam<fault> {};

TEST_P(faulty_cell, P20_M3_costs_its_own_case_only_and_the_exit_code_says_so) {
    const test_folder in;
    const auto ended =
        run_program_in(in, short_run({"-w", "ping_pong/steady_rtt", "-b", "steady", "-b", GetParam().arm, "-b",
                                      "slow", "--timeout", "2s", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 4) << ended.errors;
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    EXPECT_EQ(document->at("run").at("status"), "complete");
    for (const auto& one : document->at("cases")) {
        const bool well = one.at("backend") == "steady" || one.at("backend") == "slow";
        EXPECT_EQ(one.at("status"), well ? "measured" : GetParam().status) << one.dump();
        if (!well) {
            EXPECT_THAT(one.at("reason").get<std::string>(), HasSubstr(GetParam().reason));
        }
    }
    EXPECT_EQ(document->at("blocks").size(), 2u);
    EXPECT_THAT(ended.out, HasSubstr(GetParam().reason));
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json.journal.jsonl")));
}

INSTANTIATE_TEST_SUITE_P(
    all, faulty_cell,
    testing::Values(fault{"crash_in_warm_up", "crashes,after=1", "crashed",
                          "SIGSEGV while it warmed up; it wrote: last words"},
                    fault{"crash_in_a_slice", "crashes,at=latency", "crashed", "SIGSEGV while it ran a slice"},
                    fault{"abort_at_start", "dies_at_start", "crashed", "SIGABRT while it opened its session"},
                    fault{"hang", "hangs,after=1", "timed_out", "raise --timeout"},
                    fault{"hang_at_close", "hangs_at_close", "timed_out", "while it closed its session"},
                    fault{"wrong_answer", "wrong,after=1", "wrong_result", "wrong checksum: got"},
                    fault{"exception", "throws,after=1", "failed", "the runtime reported an error"}),
    [](const auto& info) { return info.param.name; });

TEST(faults, W1_a_refusal_is_recorded_with_its_reason_and_is_no_failure) {
    const test_folder in;
    const auto ended = run_program_in(
        in, short_run({"-w", "idle/park", "-b", "steady", "-b", "refuses", "-b", "absent", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    EXPECT_EQ(case_of(document, "refuses").at("status"), "unsupported");
    EXPECT_EQ(case_of(document, "absent").at("status"), "unavailable");
    EXPECT_THAT(ended.out, testing::AllOf(HasSubstr("no honest way"), HasSubstr("apt install odd")));
}

TEST(faults, P22_a_run_in_which_nothing_was_measured_ends_with_4) {
    const test_folder in;
    EXPECT_EQ(run_program_in(in, short_run({"-w", "idle/park", "-b", "refuses", "-o", "a.json"})).exit_code, 4);
}

TEST(faults, P21_a_full_disk_costs_no_figure_and_is_named_with_the_remedy) {
    const test_folder in;
    // Both the journal and the file that is written aside go to a device that is always full.
    std::filesystem::create_symlink("/dev/full", in.file("a.json.journal.jsonl"));
    std::filesystem::create_symlink("/dev/full", in.file("a.json.partial"));
    const auto ended = run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 4);
    EXPECT_THAT(ended.errors, HasSubstr("cannot write a.json.journal.jsonl: No space left on device"));
    EXPECT_THAT(ended.errors, HasSubstr("cannot write a.json: No space left on device; the result is in "));
    EXPECT_FALSE(std::filesystem::exists(in.file("a.json")));
    const auto from = ended.out.rfind("result: ") + 8;
    const auto rescued = ended.out.substr(from, ended.out.find('\n', from) - from);
    const auto document = read_valid_result(rescued);
    EXPECT_TRUE(document) << document.error();
    std::filesystem::remove(rescued);
}

TEST(faults, P21_a_journal_of_an_unfinished_run_is_never_overwritten) {
    const test_folder in;
    std::ofstream(in.file("a.json.journal.jsonl")) << "{\"journal\": 1}\n";
    const auto ended = run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("--resume a.json.journal.jsonl, or delete it"));
    EXPECT_EQ(text_of(in.file("a.json.journal.jsonl")), "{\"journal\": 1}\n");
}

TEST(faults, P22_a_truncated_result_ends_with_4_and_the_byte) {
    const test_folder in;
    ASSERT_EQ(run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-o", "a.json"})).exit_code, 0);
    const auto whole = text_of(in.file("a.json"));
    EXPECT_EQ(run_program_in(in, {"validate", "a.json"}).exit_code, 0);
    for (const auto length : {std::size_t{1}, whole.size() / 2, whole.size() - 3}) {
        std::ofstream(in.file("b.json"), std::ios::trunc) << whole.substr(0, length);
        const auto ended = run_program_in(in, {"validate", "b.json"});
        EXPECT_EQ(ended.exit_code, 4) << length;
        EXPECT_THAT(ended.errors, HasSubstr("b.json: byte " + std::to_string(length + 1)));
        EXPECT_THAT(ended.errors, HasSubstr("truncated"));
    }
}

TEST(faults, P22_an_empty_result_ends_with_4_and_says_so) {
    const test_folder in;
    for (const char* text : {"", " \n"}) {
        std::ofstream(in.file("b.json"), std::ios::trunc) << text;
        const auto ended = run_program_in(in, {"validate", "b.json"});
        EXPECT_EQ(ended.exit_code, 4);
        EXPECT_THAT(ended.errors, HasSubstr("b.json: the file is empty; use the journal"));
    }
}

TEST(faults, P22_not_a_number_in_a_result_is_refused_with_its_place) {
    const test_folder in;
    std::ofstream(in.file("b.json")) << "{\"schema_version\": NaN}";
    const auto ended = run_program_in(in, {"validate", "b.json", "nowhere.json"});
    EXPECT_EQ(ended.exit_code, 4);
    EXPECT_THAT(ended.errors, HasSubstr("b.json: byte 20"));
    EXPECT_THAT(ended.errors, HasSubstr("nowhere.json: cannot read it: No such file"));
}

} // namespace
} // namespace bench
