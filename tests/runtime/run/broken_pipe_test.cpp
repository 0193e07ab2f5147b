// Writes that nobody reads: an error on every shard, and no signal.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <span>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

/// How a child in which SIGPIPE ends the process came through `body`: 0 where that said so.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        ::_exit(body());
    }
    int how = 0;
    ::waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

file_descriptor broken_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return file_descriptor();
    ::close(ends[0]);
    return file_descriptor(ends[1]);
}

const std::error_code broken(EPIPE, std::system_category());

task<int> write_in_all_ways(std::uint32_t shard) {
    if (this_shard::id() != shard) co_return 1;
    const std::array<std::byte, 3> bytes{};
    const file_descriptor to = broken_pipe();
    auto by_ring = co_await ops::write(to.get(), bytes);
    if (by_ring || by_ring.error() != broken) co_return 2;
    const fs::file file = fs::file::from_fd(broken_pipe());
    auto by_file = co_await file.write_at(bytes, 0);
    if (by_file || by_file.error() != broken) co_return 3;
    if (::write(to.get(), bytes.data(), bytes.size()) != -1 || errno != EPIPE) co_return 4;
    auto on_pool = spawn_blocking([&] { return ::write(to.get(), bytes.data(), bytes.size()); });
    const auto written = co_await std::move(*on_pool);
    co_return written == -1 ? 0 : 5;
}

TEST(R24, a_write_that_nobody_reads_is_an_error_on_every_shard_and_no_signal) {
    for (const std::uint32_t shard : {0U, 1U})
        EXPECT_EQ(in_child([shard] {
                      return run_on({.shards = 2}, shard, [shard] { return write_in_all_ways(shard); });
                  }),
                  0)
            << "shard " << shard;
}

bool blocks_sigpipe() {
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, nullptr, &now);
    return sigismember(&now, SIGPIPE) == 1;
}

TEST(R4, the_thread_that_was_lent_to_the_runtime_takes_sigpipe_as_before) {
    const auto write_once = [] { return run_on({.shards = 1}, 0, [] { return write_in_all_ways(0); }); };
    EXPECT_EQ(in_child([&] { return write_once() != 0 ? 1 : blocks_sigpipe() ? 2 : 0; }), 0);
    const auto blocked_before = [&] {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        return write_once() != 0 ? 1 : blocks_sigpipe() ? 0 : 2;
    };
    EXPECT_EQ(in_child(blocked_before), 0);
    const auto writes_afterwards = [&] {
        if (write_once() != 0) return 1;
        const char byte = 0;
        const auto written = ::write(broken_pipe().get(), &byte, 1);
        return written < 0 ? 2 : 3; // never: the signal ends it
    };
    EXPECT_EQ(in_child(writes_afterwards), 128 + SIGPIPE);
}

} // namespace
} // namespace spargio
