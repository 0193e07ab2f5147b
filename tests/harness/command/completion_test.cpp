// `completion bash|zsh|fish`: a real bash completes with the script; the others run theirs where they are
// installed.
#include "tests/harness/program_runner.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using words = std::vector<std::string>;

words lines_of(const std::string& text) {
    words all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) all.push_back(line);
    return all;
}

/// Completes as bash does: `compopt` exists only while readline completes, so it is replaced.
constexpr const char* bash_driver = R"sh(
compopt() { echo "compopt $*" >&2; }
complete() { registered="$*"; }
source completion
[[ $registered == "-o default -F _spargio_bench spargio-bench" ]] || echo "registered: $registered" >&3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_spargio_bench || true # compgen fails where it finds nothing
printf '%s\n' "${COMPREPLY[@]}"
)sh";

class bash_completion : public testing::Test {
protected:
    bash_completion() {
        std::ofstream(in_.file("completion")) << run_program_in(in_, {"completion", "bash"}).out;
        std::ofstream(in_.file("driver")) << bash_driver;
    }

    /// What bash offers for a line whose last word is being typed.
    words offered(const words& typed) {
        std::string line = "cd " + in_.path().string() + " && bash -eu driver '" + TEST_PROGRAM + "'";
        for (const auto& word : typed) line += " '" + word + "'";
        const int ended = std::system((line + " >offered 2>options 3>complaints").c_str());
        EXPECT_EQ(ended, 0) << line << "\n" << text_of(in_.file("options"));
        EXPECT_EQ(text_of(in_.file("complaints")), "");
        return lines_of(text_of(in_.file("offered")));
    }
    /// What it told readline about that.
    std::string options() { return text_of(in_.file("options")); }

    test_folder in_;
};

/// Every flag of a command that --help shows.
words flags_in_help(const test_folder& in, const std::string& command) {
    words flags;
    bool in_options = false;
    for (const auto& line : lines_of(run_program_in(in, {command, "--help"}).out)) {
        if (line.starts_with("Options:")) in_options = true;
        if (!in_options || !line.starts_with("  -")) continue;
        const auto end = line.find(' ', 2);
        std::istringstream names(line.substr(2, end - 2));
        for (std::string name; std::getline(names, name, ',');) flags.push_back(name);
    }
    return flags;
}

words commands_in_help(const test_folder& in) {
    words commands;
    bool in_commands = false;
    for (const auto& line : lines_of(run_program_in(in, {"--help"}).out)) {
        if (line.starts_with("Subcommands:")) in_commands = true;
        if (in_commands && line.starts_with("  ")) commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    return commands;
}

TEST_F(bash_completion, P22_offers_every_command_and_every_flag_that_the_help_shows) {
    auto commands = commands_in_help(in_);
    ASSERT_THAT(commands, Contains("completion"));
    for (const auto& command : commands)
        EXPECT_THAT(offered({command, "-"}), testing::UnorderedElementsAreArray(flags_in_help(in_, command)));
    commands.emplace_back("--help");
    EXPECT_THAT(offered({""}), testing::UnorderedElementsAreArray(commands));
    EXPECT_THAT(offered({"re"}), ElementsAre("repro"));
}

TEST_F(bash_completion, P22_asks_the_program_itself_for_workloads_and_backends) {
    EXPECT_THAT(offered({"run", "-w", "idle"}), ElementsAre("idle/park"));
    EXPECT_THAT(offered({"ab", "--workload", "=", "idle"}), ElementsAre("idle/park"));
    EXPECT_THAT(offered({"run", "-b", "ste"}), ElementsAre("steady"));
    EXPECT_THAT(offered({"ab", "--a", "=", ""}), AllOf(Contains("steady"), Contains("slow")));
    EXPECT_THAT(offered({"run", "-b", "nosuch"}), IsEmpty());
    EXPECT_THAT(options(), HasSubstr("+o default")); // no files either
}

TEST_F(bash_completion, P22_asks_for_knobs_those_of_the_arm_after_its_comma) {
    EXPECT_THAT(offered({"sweep", "-k", "af"}), ElementsAre("after="));
    EXPECT_THAT(options(), HasSubstr("nospace"));
    EXPECT_THAT(offered({"run", "-b", "steady,a"}), ElementsAre("steady,after=", "steady,at="));
    EXPECT_THAT(offered({"run", "-b", "nosuch,a"}), IsEmpty());
    EXPECT_THAT(offered({"sweep", "-k", "after", "="}), IsEmpty());
    EXPECT_THAT(offered({"sweep", "-k", "after", "=", "1"}), IsEmpty());
}

TEST_F(bash_completion, P22_offers_matrices_choices_and_leaves_files_to_bash) {
    std::ofstream(in_.file("a matrix.toml")) << "";
    std::ofstream(in_.file("a.json")) << "";
    std::filesystem::create_directory(in_.file("a folder"));
    EXPECT_THAT(offered({"run", "a"}), UnorderedElementsAre("a matrix.toml", "a folder"));
    EXPECT_THAT(offered({"list", "b"}), ElementsAre("backends"));
    EXPECT_THAT(offered({"run", "x.toml", "--color", ""}), ElementsAre("auto", "always", "never"));
    EXPECT_THAT(offered({"run", "--progress", "=", "p"}), ElementsAre("plain"));
    EXPECT_THAT(offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
    for (const words& line : {words{"run", "-o", "a"}, words{"validate", "a"}, words{"repro", "x|y", "a"}}) {
        EXPECT_THAT(offered(line), IsEmpty());
        EXPECT_EQ(options(), "");
    }
}

class other_shell : public testing::TestWithParam<const char*> {
protected:
    test_folder in_;
};

TEST_P(other_shell, P22_has_every_command_and_flag_in_its_script) {
    const auto script = run_program_in(in_, {"completion", GetParam()}).out;
    for (const auto& command : commands_in_help(in_)) {
        EXPECT_THAT(script, HasSubstr(command));
        words of_command;
        for (const auto& line : lines_of(script))
            if (line.contains("seen_subcommand_from " + command) || line.starts_with("    " + command + ")"))
                of_command.push_back(line + " ");
        for (const auto& flag : flags_in_help(in_, command)) {
            const bool zsh = std::string(GetParam()) == "zsh";
            const auto spelt = zsh                      ? " " + flag
                               : flag.starts_with("--") ? " -l " + flag.substr(2) + " "
                                                        : " -s " + flag.substr(1) + " ";
            EXPECT_THAT(of_command, Contains(HasSubstr(spelt))) << command;
        }
    }
}

TEST_P(other_shell, P22_reads_its_script) {
    const std::string shell = GetParam();
    if (std::system(("command -v " + shell + " >/dev/null").c_str()) != 0)
        GTEST_SKIP() << shell << " is not installed here";
    std::ofstream(in_.file("completion")) << run_program_in(in_, {"completion", shell}).out;
    EXPECT_EQ(std::system((shell + " -n " + in_.file("completion")).c_str()), 0);
}

TEST_P(other_shell, P22_offers_the_names_that_the_program_knows) {
    const std::string shell = GetParam();
    if (shell != "fish") GTEST_SKIP() << "zsh completes on a terminal only";
    if (std::system("command -v fish >/dev/null") != 0) GTEST_SKIP() << "fish is not installed here";
    std::ofstream(in_.file("completion")) << run_program_in(in_, {"completion", "fish"}).out;
    std::filesystem::create_symlink(TEST_PROGRAM, in_.file("spargio-bench"));
    const auto offered = [&](const std::string& line) {
        const auto asked = "source completion; complete -C './spargio-bench " + line + "'";
        const auto command = "cd " + in_.path().string() + " && fish --no-config -c \"" + asked + "\" >offered";
        EXPECT_EQ(std::system(command.c_str()), 0);
        return lines_of(text_of(in_.file("offered")));
    };
    EXPECT_THAT(offered("run -w idle"), Contains(HasSubstr("idle/park")));
    EXPECT_THAT(offered("run -b ste"), Contains(HasSubstr("steady")));
    EXPECT_THAT(offered("run -b steady,a"), Contains(HasSubstr("steady,after=")));
    EXPECT_THAT(offered("run -k af"), Contains(HasSubstr("after=")));
    EXPECT_THAT(offered("list b"), Contains(HasSubstr("backends")));
}

INSTANTIATE_TEST_SUITE_P(all, other_shell, testing::Values("zsh", "fish"),
                         [](const auto& info) { return std::string(info.param); });

TEST(completion, M1_list_names_are_nothing_but_names_of_what_the_flags_chose) {
    const test_folder in;
    EXPECT_EQ(run_program_in(in, {"list", "workloads", "--names", "-w", "idle/*"}).out, "idle/park\n");
    EXPECT_EQ(run_program_in(in, {"list", "backends", "--names", "-b", "steady"}).out, "steady\n");
    EXPECT_EQ(run_program_in(in, {"list", "knobs", "--names", "-b", "steady"}).out, "after\nat\n");
    EXPECT_EQ(run_program_in(in, {"list", "knobs", "--names"}).out, "after\nat\n"); // each once
}

TEST(completion, P22_the_help_of_each_flag_says_what_it_does_and_what_it_takes) {
    const test_folder in;
    for (const auto& command : commands_in_help(in)) {
        const auto help = run_program_in(in, {command, "--help"}).out;
        EXPECT_EQ(help.find(" TEXT:"), std::string::npos) << help;
        EXPECT_EQ(help.find(" UINT"), std::string::npos) << help;
        const auto lines = lines_of(help);
        const std::string column(30, ' ');
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (!lines[i].starts_with("  -")) continue;
            const bool beside = lines[i].size() > 30 && lines[i][29] == ' ' && lines[i][30] != ' ';
            const bool below = i + 1 < lines.size() && lines[i + 1].starts_with(column);
            EXPECT_TRUE(beside || below) << command << " has no help for" << lines[i];
        }
    }
}

} // namespace
} // namespace bench
