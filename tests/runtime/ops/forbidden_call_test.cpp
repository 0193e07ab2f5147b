// What is tried first answers as the ring would, also where a seccomp filter forbids the call that is tried.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

/// Makes a system call fail with `error` for this process.
void forbid(long call, int error) {
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<std::uint32_t>(call)},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{std::size(program), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int how = 0;
    ::waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

task<int> read_a_file(std::filesystem::path name) {
    auto opened = co_await fs::file::open(std::move(name));
    if (!opened) co_return 1;
    std::array<std::byte, 8> into{};
    auto came = co_await opened->read_at(into, 1);
    if (!came || *came != 2) co_return 2;
    auto buffer = registered_buffer::make(64);
    if (!buffer) co_return 3;
    auto more = co_await opened->read_at(*buffer, 0);
    co_return more&&* more == 3 ? 0 : 4;
}

task<int> talk(file_descriptor one, file_descriptor other) {
    net::unix_stream to(std::move(one));
    net::unix_stream from(std::move(other));
    std::array<std::byte, 5> bytes{};
    auto sent = co_await to.write_some(bytes);
    if (!sent || *sent != 5) co_return 1;
    std::array<iovec, 2> parts{{{bytes.data(), 2}, {bytes.data(), 3}}};
    auto more = co_await to.write_some(std::span<const iovec>(parts));
    if (!more || *more != 5) co_return 2;
    for (int left = 10; left != 0;) {
        auto came = co_await from.read_some(bytes);
        if (!came || *came == 0) co_return 3;
        left -= static_cast<int>(*came);
    }
    co_return 0;
}

class R24_forbidden : public testing::TestWithParam<int> {};

TEST_P(R24_forbidden, a_call_that_is_tried_first_leaves_it_to_the_ring) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("file", "abc");
    EXPECT_EQ(in_child([&] {
                  forbid(SYS_preadv2, GetParam());
                  return run({.shards = 1}, [&] { return read_a_file(file); });
              }),
              0);
    for (const long call : {SYS_sendto, SYS_sendmsg, SYS_recvfrom})
        EXPECT_EQ(in_child([&] {
                      connected_sockets pair;
                      forbid(call, GetParam());
                      return run({.shards = 1},
                                 [&] { return talk(std::move(pair.ours), std::move(pair.theirs)); });
                  }),
                  0)
            << call;
}

INSTANTIATE_TEST_SUITE_P(by, R24_forbidden, testing::Values(EPERM, ENOSYS, EOPNOTSUPP));

} // namespace
} // namespace spargio
