// fs over what has no positions: pipes, terminals, sockets, /dev/stdin.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/pseudo_terminal.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> numbers{};
        if (::pipe2(numbers.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category());
        out = file_descriptor(numbers[0]);
        in = file_descriptor(numbers[1]);
    }
    file_descriptor out;
    file_descriptor in;
};

task<std::string> read_text(std::filesystem::path name) {
    auto text = co_await fs::read_to_string(std::move(name));
    co_return text ? *text : "error: " + text.error().message();
}

/// What a program whose standard input is `input` reads from /dev/stdin.
bool reads_from_stdin(int input, std::string_view expected) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(input, 0);
        ::_exit(run({.shards = 1}, [] { return read_text("/dev/stdin"); }) == expected ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(R41, standard_input_is_read_to_its_end_from_a_pipe) {
    for (const auto& text : {std::string("x\n"), std::string(), std::string(50'000, 'y')}) {
        pipe_ends ends;
        ASSERT_EQ(::write(ends.in.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ends.in.reset(); // before it is opened again: nobody writes any more
        EXPECT_TRUE(reads_from_stdin(ends.out.get(), text)) << text.size();
    }
}

TEST(R41, standard_input_is_read_to_its_end_from_a_terminal) {
    const pseudo_terminal terminal;
    terminal.type("one\ntwo\n\x04");
    EXPECT_TRUE(reads_from_stdin(terminal.ours(), "one\ntwo\n"));
}

task<int> failures_of(file_descriptor from, int times, std::uint64_t offset) {
    const fs::file file = fs::file::from_fd(std::move(from));
    int failed = 0;
    for (int i = 0; i < times; ++i) {
        std::array<std::byte, 1> into{};
        auto came = co_await file.read_at(into, offset);
        failed += came && *came == 1 ? 0 : 1;
    }
    co_return failed;
}

/// Reads at once and by the ring alternate: a task may do so many at once in a row.
TEST(R40, a_pipe_and_a_terminal_pass_over_offsets) {
    const std::string text(1000, 'x');
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{7}, ops::current_position}) {
        pipe_ends ends;
        ASSERT_EQ(::write(ends.in.get(), text.data(), text.size()), 1000);
        EXPECT_EQ(run({.shards = 1}, [&] { return failures_of(std::move(ends.out), 1000, offset); }), 0);
        const pseudo_terminal terminal;
        terminal.type(text + "\n");
        EXPECT_EQ(run({.shards = 1},
                      [&] { return failures_of(file_descriptor(::dup(terminal.ours())), 1000, offset); }),
                  0);
    }
}

task<std::string> all_of(file_descriptor from) {
    const fs::file file = fs::file::from_fd(std::move(from));
    auto all = co_await file.read_to_end();
    if (!all) co_return "error: " + all.error().message();
    co_return std::string(reinterpret_cast<const char*>(all->data()), all->size());
}

TEST(R40, a_socket_as_a_file_is_read_to_its_end) {
    const std::string text(20'000, 's');
    connected_sockets pair;
    ASSERT_EQ(::write(pair.theirs.get(), text.data(), text.size()), 20'000);
    pair.theirs.reset();
    EXPECT_TRUE(run({.shards = 1}, [&] { return all_of(std::move(pair.ours)); }) == text);
}

} // namespace
} // namespace spargio
