// The progress of a real run on a real pseudo-terminal.
#include "tests/harness/program_runner.hpp"

#include <gmock/gmock.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <regex>

namespace bench {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

struct environment_word {
    std::string name, value;
};

/// Runs the program on a terminal of so many columns and returns all that it wrote there.
std::string on_terminal(const test_folder& in, unsigned short columns,
                        const std::vector<environment_word>& environment,
                        const std::vector<std::string>& more) {
    std::vector<std::string> texts{TEST_PROGRAM,   "run", "-w",       "idle/park", "-b",         "steady",
                                   "--blocks",     "2",   "--slices", "2",         "--slice-ms", "1",
                                   "--quiet-wait", "0"};
    texts.insert(texts.end(), more.begin(), more.end());
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
    if (child < 0) throw std::runtime_error("forkpty failed");
    if (child == 0) {
        ::unsetenv("NO_COLOR");
        ::setenv("TERM", "xterm", 1);
        for (const auto& word : environment) ::setenv(word.name.c_str(), word.value.c_str(), 1);
        if (::chdir(in.path().c_str()) == 0) ::execv(TEST_PROGRAM, pointers.data());
        ::_exit(127);
    }
    std::string seen;
    char buffer[4096];
    for (;;) { // a terminal whose other side is closed answers with EIO
        const auto got = ::read(terminal, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        seen.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(terminal);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << seen;
    return seen;
}

/// What was drawn over what, each without its escapes.
std::vector<std::string> drawings(const std::string& seen) {
    static const std::regex escapes("\x1b\\[[0-9]*m");
    static const std::string erase = "\r\x1b[K";
    std::vector<std::string> all;
    for (std::size_t at = seen.find(erase); at != std::string::npos;) {
        const auto next = seen.find(erase, at + erase.size());
        all.push_back(
            std::regex_replace(seen.substr(at + erase.size(), next - at - erase.size()), escapes, ""));
        at = next;
    }
    return all;
}

TEST(terminal, M1_a_run_shows_bar_share_time_left_light_and_case_and_takes_the_bar_away) {
    const test_folder in;
    const auto seen = on_terminal(in, 120, {}, {});
    const auto drawn = drawings(seen);
    ASSERT_EQ(drawn.size(), 3U) << seen; // two blocks, then the end
    static const std::regex first(R"(\[-{24}\]   0 %  [0-9:]+( s)? left  ● (quiet|noisy)  idle/park, block 1)");
    static const std::regex second(
        R"(\[#{12}-{12}\]  50 %  [0-9:]+( s)? left  ● (quiet|noisy)  idle/park, block 2)");
    EXPECT_TRUE(std::regex_match(drawn[0], first)) << drawn[0];
    EXPECT_TRUE(std::regex_match(drawn[1], second)) << drawn[1];
    EXPECT_THAT(drawn[2], AllOf(HasSubstr("result: "), Not(HasSubstr(" left "))));
    EXPECT_THAT(seen, AnyOf(HasSubstr("\x1b[32m●"), HasSubstr("\x1b[31m●")));
}

TEST(terminal, M1_a_narrow_terminal_is_never_filled_so_that_nothing_wraps) {
    const test_folder in;
    const auto drawn = drawings(on_terminal(in, 40, {}, {}));
    ASSERT_EQ(drawn.size(), 3U);
    for (const auto& line : {drawn[0], drawn[1]}) {
        EXPECT_LE(line.size(), 39U + 4U) << line; // the light and the ellipsis are three bytes each
        EXPECT_THAT(line, AllOf(HasSubstr(" left "), Not(HasSubstr("["))));
    }
}

TEST(terminal, M1_colours_are_left_away_where_the_user_wants_none) {
    const test_folder in;
    const auto colour = HasSubstr("\x1b[3");
    const auto light = AnyOf(HasSubstr(" · quiet"), HasSubstr(" ! noisy"));
    EXPECT_THAT(on_terminal(in, 120, {{"NO_COLOR", "1"}}, {}), AllOf(Not(colour), light));
    EXPECT_THAT(on_terminal(in, 120, {}, {"--color", "never"}), AllOf(Not(colour), light));
    EXPECT_THAT(on_terminal(in, 120, {{"NO_COLOR", "1"}}, {"--color", "always"}), colour);
}

TEST(terminal, M1_no_bar_where_it_could_not_be_drawn_over_or_is_not_wanted) {
    const test_folder in;
    const auto escape = HasSubstr("\x1b");
    EXPECT_THAT(on_terminal(in, 120, {{"TERM", "dumb"}}, {}), AllOf(HasSubstr("  0 %  "), Not(escape)));
    EXPECT_THAT(on_terminal(in, 120, {}, {"--progress", "plain"}), AllOf(HasSubstr("  0 %  "), Not(escape)));
    EXPECT_THAT(on_terminal(in, 120, {}, {"--progress", "none"}),
                AllOf(Not(HasSubstr("  0 %  ")), Not(escape)));
    EXPECT_EQ(on_terminal(in, 120, {}, {"--quiet", "-o", "a.json"}), "result: a.json\r\n");
}

TEST(terminal, M1_a_pipe_gets_plain_lines_on_stderr_only) {
    const test_folder in;
    const auto ended = run_program_in(in, {"run", "-w", "idle/park", "-b", "steady", "--blocks", "2",
                                           "--slices", "2", "--slice-ms", "1", "--quiet-wait", "0"});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_TRUE(std::regex_search(ended.errors, std::regex("^  0 %  [0-9:]+( s)? left  idle/park, block 1\n")))
        << ended.errors;
    EXPECT_THAT(ended.errors + ended.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(ended.out, Not(HasSubstr(" left ")));
}

} // namespace
} // namespace bench
