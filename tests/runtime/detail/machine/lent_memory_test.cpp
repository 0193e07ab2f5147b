// P7: what the kernel may write to is nobody else's meanwhile, which AddressSanitizer watches over.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

struct two_sockets {
    two_sockets() {
        std::array<int, 2> numbers{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0)
            throw std::runtime_error("socketpair");
        ours = file_descriptor(numbers[0]);
        theirs = file_descriptor(numbers[1]);
    }
    file_descriptor ours, theirs;
};

using buffer = std::array<std::byte, 64>;

task<bool> receive(int from, buffer& into) {
    auto came = co_await ops::recv(from, into);
    co_return came&&* came == 1 && into[0] == std::byte{7};
}

task<bool> receive_in_time(int from, buffer& into) {
    auto came = co_await timeout(1ms, ops::recv(from, into));
    co_return came.has_value();
}

task<bool> receive_parts(int from, buffer& into) {
    const std::array<iovec, 2> parts{iovec{into.data(), 32}, iovec{into.data() + 32, 32}};
    auto came = co_await ops::readv(from, parts);
    co_return came&&* came == 1 && into[0] == std::byte{7};
}

/// Whether the buffer could be used, after it was used while an operation went on if `too_early`.
task<int> use(task<bool> (*how)(int, buffer&), bool too_early) {
    const two_sockets pair;
    buffer into{};
    auto receiving = spawn(how(pair.ours.get(), into));
    while (this_shard::operations_in_flight() == 0) co_await yield();
    if (too_early) into[40] = std::byte{1};
    const std::byte seven{7};
    if (::write(pair.theirs.get(), &seven, 1) != 1) co_return 1;
    const bool came = co_await std::move(receiving);
    into[40] = std::byte{2};
    co_return came ? 0 : 2;
}

int use_on_a_shard(task<bool> (*how)(int, buffer&), bool too_early) {
    return run({.shards = 1}, [=] { return use(how, too_early); });
}

TEST(P7, a_buffer_is_the_tasks_again_when_the_operation_has_ended) {
    EXPECT_EQ(use_on_a_shard(&receive, false), 0);
    EXPECT_EQ(use_on_a_shard(&receive_parts, false), 0);
}

task<int> use_after_a_deadline() {
    const two_sockets pair;
    buffer into{};
    if (co_await receive_in_time(pair.ours.get(), into)) co_return 1;
    into.fill(std::byte{3});
    co_return 0;
}

TEST(P7, a_buffer_is_the_tasks_again_after_a_deadline) {
    EXPECT_EQ(run({.shards = 1}, [] { return use_after_a_deadline(); }), 0);
}

#if defined(SPARGIO_POISONS_LENT_MEMORY)
TEST(P7, who_touches_a_buffer_too_early_is_reported) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)use_on_a_shard(&receive, true), "use-after-poison");
    EXPECT_DEATH((void)use_on_a_shard(&receive_parts, true), "use-after-poison");
}
#else
TEST(P7, who_touches_a_buffer_too_early_is_reported) { GTEST_SKIP() << "only AddressSanitizer sees it"; }
#endif

} // namespace
} // namespace spargio
