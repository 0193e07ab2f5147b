// Plugins from outside: good ones work in every command, bad ones end in a message with place and remedy (W3,
// P22).
#include "tests/harness/program_runner.hpp"

#include "harness/files/validate.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Path of the plugin with that defect; PLUGIN_FOLDER is where CMake puts them.
std::string plugin(const std::string& defect) { return PLUGIN_FOLDER "/libplugin_" + defect + ".so"; }

struct bad_plugin {
    const char* defect;
    const char* message;
};

class refused_plugin : public testing::TestWithParam<bad_plugin> {};

TEST_P(refused_plugin, P22_W3_ends_with_2_and_names_the_file_and_the_remedy) {
    const test_folder in;
    const auto path = plugin(GetParam().defect);
    for (const auto& command : {std::vector<std::string>{"list", "--plugin", path},
                                {"run", "-w", "harness/empty", "--plugin", path, "-b", "plugged"}}) {
        const auto ended = run_program_in(in, command);
        EXPECT_EQ(ended.exit_code, 2) << ended.errors;
        EXPECT_THAT(ended.errors, AllOf(HasSubstr(path + ": "), HasSubstr(GetParam().message)));
        EXPECT_EQ(ended.out, "");
    }
}

INSTANTIATE_TEST_SUITE_P(
    all, refused_plugin,
    testing::Values(
        bad_plugin{"no_such_file", "there is no such file; give the path of a shared library"},
        bad_plugin{"no_symbol", "exports no function `bench_plugin`: not a plugin, or its symbols are hidden"},
        bad_plugin{"other_version",
                   "made for version 2 of the interface, this harness has version 1; compile it again"},
        bad_plugin{"short_table", "compile it again"},
        bad_plugin{"wrong_standing", "says 'floor' for its standing; it takes general, specialist"},
        bad_plugin{"no_table", "no table for version 1 of the interface; compile it again"},
        bad_plugin{"null_run", "`run` is null; a plugin needs open, run and close"},
        bad_plugin{"no_name", "has no name, or one with other characters"},
        bad_plugin{"taken_name", "is called 'steady', as another one here is; give it another name"},
        bad_plugin{"crash_at_load", "crashed (SIGABRT) while it was loaded; load it under a debugger"}),
    [](const auto& info) { return info.param.defect; });

TEST(plugins, P22_W3_a_file_that_is_no_library_is_refused_with_what_the_system_says) {
    const test_folder in;
    std::ofstream(in.file("text.so")) << "not a library";
    const auto ended = run_program_in(in, {"list", "--plugin", "text.so"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors,
                AllOf(HasSubstr("text.so: it cannot be loaded: "), HasSubstr("cc -shared -fPIC")));
}

TEST(plugins, P22_M7_doctor_says_what_is_wrong_with_one_and_ends_with_4) {
    const test_folder in;
    const auto ended = run_program_in(in, {"doctor", "--plugin", plugin("null_run")});
    EXPECT_EQ(ended.exit_code, 4);
    EXPECT_THAT(ended.out, AllOf(HasSubstr("FATAL    plugin: plugin "), HasSubstr("`run` is null")));
}

TEST(plugins, P22_W3_a_crash_in_the_check_of_knobs_costs_a_message_only) {
    const test_folder in;
    const auto ended = run_program_in(
        in, {"run", "-w", "harness/empty", "--plugin", plugin("crash_in_knobs"), "-b", "plugged"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("crashed (SIGABRT) while it looked at its knobs"));
}

struct failing_plugin {
    const char* defect;
    const char* status;
    const char* reason;
};

class failing_plugin_case : public testing::TestWithParam<failing_plugin> {};

TEST_P(failing_plugin_case, P20_W3_costs_its_own_case_only_and_the_exit_code_says_so) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "harness/empty", "-b", "steady", "-b", "plugged",
                                                     "--plugin", plugin(GetParam().defect), "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 4) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    EXPECT_EQ(case_of(document, "steady").at("status"), "measured");
    const auto one = case_of(document, "plugged");
    EXPECT_EQ(one.at("status"), GetParam().status);
    EXPECT_THAT(one.at("reason").get<std::string>(), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    all, failing_plugin_case,
    testing::Values(failing_plugin{"crash_in_run", "crashed", "SIGABRT while it warmed up"},
                    failing_plugin{"wrong_answer", "wrong_result", "wrong checksum: got 1"},
                    failing_plugin{"bad_lane", "failed", "recorded into lane"},
                    failing_plugin{"no_session", "failed", "BENCH_OK from `open` and no session"}),
    [](const auto& info) { return info.param.defect; });

TEST(plugins, W8_W3_one_from_before_there_were_classes_is_general_and_does_not_say_how_it_waits) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "harness/empty", "-b", "plugged", "--plugin",
                                                     plugin("older_table"), "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = json_of(in.file("a.json"));
    EXPECT_EQ(document.at("backends").at(0).at("class"), "general");
    EXPECT_EQ(case_of(document, "plugged").at("waits"), nullptr);
}

TEST(plugins, W3_a_good_one_is_listed_measured_compared_and_repeated) {
    const test_folder in;
    const auto path = plugin("nothing");
    EXPECT_THAT(run_program_in(in, {"list", "backends", "--plugin", path}).out, HasSubstr("plugged"));
    EXPECT_THAT(run_program_in(in, {"list", "knobs", "--plugin", path}).out, HasSubstr("-k mood=good"));
    EXPECT_THAT(run_program_in(in, {"doctor", "--plugin", path}).out,
                HasSubstr("plugin " + path + ": plugged, test 1"));
    const auto ended = run_program_in(in, short_run({"-w", "harness/empty", "-b", "steady", "-b",
                                                     "plugged,mood=bad", "--plugin", path, "-o", "a.json"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const auto document = read_valid_result(in.file("a.json"));
    ASSERT_TRUE(document) << document.error();
    const auto one = case_of(*document, "plugged[mood=bad]");
    EXPECT_EQ(one.at("status"), "measured");
    EXPECT_EQ(one.at("knobs_effective"), json({{"mood", "bad"}}));
    EXPECT_GT(one.at("latency").at("count").get<int>(), 0);
    for (const auto& b : document->at("backends"))
        EXPECT_EQ(b.at("plugin"), b.at("name") == "plugged" ? json(path) : json(nullptr));
    EXPECT_THAT(one.at("repro").get<std::string>(), HasSubstr("--plugin " + path));
    EXPECT_THAT(case_of(*document, "steady").at("repro").get<std::string>(), Not(HasSubstr("--plugin")));
    EXPECT_EQ(run_program_in(in, {"ab",
                                  "-w",
                                  "harness/empty",
                                  "--a",
                                  "steady",
                                  "--b",
                                  "plugged",
                                  "--plugin",
                                  path,
                                  "--blocks",
                                  "2",
                                  "--slices",
                                  "2",
                                  "--slice-ms",
                                  "1",
                                  "--quiet-wait",
                                  "0",
                                  "--progress",
                                  "none",
                                  "-o",
                                  "b.json"})
                  .exit_code,
              0);
}

// As `spargio-report gate --bench` asks for more blocks of one.
TEST(plugins, W3_a_matrix_file_names_the_backend_of_one) {
    const test_folder in;
    std::ofstream(in.file("m.toml")) << "[[group]]\nworkload = 'harness/empty'\narms = ['plugged', 'steady']\n";
    std::vector<std::string> arguments{
        "run",        "m.toml", "--plugin", plugin("nothing"), "--blocks",   "2",    "--slices",     "2",
        "--slice-ms", "1",      "-o",       "a.json",          "--progress", "none", "--quiet-wait", "0"};
    const auto ended = run_program_in(in, arguments);
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_EQ(case_of(json_of(in.file("a.json")), "plugged").at("status"), "measured");
}

TEST(plugins, W3_what_one_refuses_is_recorded_with_its_reason) {
    const test_folder in;
    const auto ended = run_program_in(in, short_run({"-w", "idle/park", "-b", "steady", "-b", "plugged",
                                                     "--plugin", plugin("nothing"), "-o", "a.json"}));
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    const auto one = case_of(json_of(in.file("a.json")), "plugged");
    EXPECT_EQ(one.at("status"), "unsupported");
    EXPECT_EQ(one.at("reason"), "it is a plugin of the tests");
}

TEST(plugins, W3_an_interrupted_run_finds_its_plugin_again) {
    const test_folder in;
    auto arguments =
        short_run({"-w", "harness/empty", "-b", "plugged", "--plugin", plugin("nothing"), "-o", "a.json"});
    arguments[2] = "40"; // blocks
    {
        running_program program(arguments, in);
        wait_until([&] { return text_of(in.file("a.json.journal.jsonl")).contains("\"event\":\"block_end\""); },
                   "a block");
        program.send(SIGINT);
        ASSERT_EQ(program.wait().exit_code, 130);
    }
    const auto ended = run_program_in(in, {"run", "--resume", "a.json", "-q"});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_EQ(case_of(json_of(in.file("a.json")), "plugged").at("status"), "measured");
}

} // namespace
} // namespace bench
