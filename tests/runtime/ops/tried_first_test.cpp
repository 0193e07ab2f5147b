// Operations that are tried by a plain system call before they go to the ring, and how shards wait for the
// others.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace spargio {
namespace {

std::vector<std::byte> some_bytes(std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
    return bytes;
}

task<std::size_t> write_one(net::unix_stream& to, std::span<const std::byte> bytes) {
    auto sent = co_await to.write_some(bytes);
    co_return sent ? *sent : 0;
}

TEST(R24, bytes_that_the_socket_has_room_for_need_no_ring) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream to(std::move(pair.ours));
    const auto bytes = some_bytes(100);
    EXPECT_EQ(tested->spawn(write_one(to, bytes)).get(), 100u);
    const auto total = tested->handle().stats().total();
    EXPECT_EQ(total.operations_at_once, 1u);
    EXPECT_EQ(total.operations_submitted, 0u);
    std::vector<std::byte> came(200);
    EXPECT_EQ(::read(pair.theirs.get(), came.data(), came.size()), 100);
    came.resize(100);
    EXPECT_EQ(came, bytes);
}

task<std::size_t> read_from(net::unix_stream& from, std::span<std::byte> into, int times) {
    std::size_t all = 0;
    for (int i = 0; i < times; ++i) {
        auto came = co_await from.read_some(into);
        if (!came) co_return 0;
        all += *came;
    }
    co_return all;
}

TEST(R24, bytes_that_are_there_are_read_without_the_ring) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream from(std::move(pair.ours));
    const auto bytes = some_bytes(40);
    ASSERT_EQ(::write(pair.theirs.get(), bytes.data(), bytes.size()), 40);
    std::array<std::byte, 10> into{};
    EXPECT_EQ(tested->spawn(read_from(from, into, 4)).get(), 40u);
    EXPECT_EQ(tested->handle().stats().total().operations_at_once, 4u);
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 0u);
    EXPECT_EQ(std::memcmp(into.data(), bytes.data() + 30, 10), 0);
}

TEST(R24, the_end_of_what_comes_is_met_without_the_ring) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream from(std::move(pair.ours));
    pair.theirs.reset();
    std::array<std::byte, 10> into{};
    EXPECT_EQ(tested->spawn(read_from(from, into, 2)).get(), 0u);
    EXPECT_EQ(tested->handle().stats().total().operations_at_once, 2u);
}

task<std::error_code> write_everything(net::unix_stream& to, std::span<const std::byte> bytes) {
    auto sent = co_await io::write_all(to, bytes);
    co_return sent ? std::error_code{} : sent.error();
}

TEST(R24, bytes_that_the_socket_has_no_room_for_wait_in_the_ring) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream to(std::move(pair.ours));
    const auto bytes = some_bytes(4 << 20); // no socket buffer is as large
    auto writing = tested->spawn(write_everything(to, bytes));
    std::vector<std::byte> came(bytes.size());
    for (std::size_t have = 0; have < came.size();) {
        const ssize_t count = ::read(pair.theirs.get(), came.data() + have, came.size() - have);
        ASSERT_GT(count, 0);
        have += static_cast<std::size_t>(count);
    }
    EXPECT_EQ(std::move(writing).get(), std::error_code{});
    EXPECT_EQ(came, bytes);
    EXPECT_GT(tested->handle().stats().total().operations_at_once, 0u);
}

TEST(R24, an_error_of_the_attempt_is_the_operations_error) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream to(std::move(pair.ours));
    pair.theirs = file_descriptor();
    EXPECT_EQ(tested->spawn(write_everything(to, some_bytes(10))).get(),
              std::error_code(EPIPE, std::system_category()));
}

task<std::error_code> write_when_cancelled(net::unix_stream& to, std::span<const std::byte> bytes) {
    while (!this_task::stop_requested()) co_await yield();
    auto sent = co_await to.write_some(bytes);
    co_return sent ? std::error_code{} : sent.error();
}

TEST(P6, a_cancelled_task_attempts_nothing) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    net::unix_stream to(std::move(pair.ours));
    auto writing = tested->spawn(write_when_cancelled(to, some_bytes(10)));
    writing.cancel();
    EXPECT_EQ(std::move(writing).get(), errc::canceled);
    std::array<std::byte, 16> came{};
    EXPECT_EQ(::recv(pair.theirs.get(), came.data(), came.size(), MSG_DONTWAIT), -1);
}

task<int> write_until(net::unix_stream& to, const bool& enough) {
    const std::byte one{1};
    int written = 0;
    while (!enough && written < 100'000) {
        auto sent = co_await to.write_some(std::span(&one, 1));
        if (!sent) co_return -1;
        ++written;
    }
    co_return written;
}

task<int> say_enough(bool& enough) {
    enough = true;
    co_return 0;
}

task<int> write_beside_another(net::unix_stream& to) {
    bool enough = false;
    auto other = spawn(say_enough(enough), pinned{0});
    const int written = co_await write_until(to, enough);
    const int said = co_await std::move(other);
    co_return said == 0 ? written : -1;
}

TEST(R11, a_task_whose_attempts_all_succeed_lets_others_run) {
    const auto tested = start({.shards = 1});
    connected_sockets pair;
    const int most = 1 << 20;
    ASSERT_EQ(::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &most, sizeof most), 0);
    net::unix_stream to(std::move(pair.ours));
    const int written = tested->spawn(write_beside_another(to), pinned{0}).get();
    EXPECT_GT(written, 0);
    EXPECT_LE(written, 64);
}

task<std::size_t> read_one(fs::file& from, std::span<std::byte> into) {
    auto count = co_await from.read_at(into, 0);
    co_return count ? *count : 0;
}

class file_on_disk {
public:
    explicit file_on_disk(int more_flags = 0) {
        const auto path = directory_.path() / "some";
        const int made = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        const auto bytes = some_bytes(4096);
        if (::write(made, bytes.data(), bytes.size()) != 4096) throw std::runtime_error("write");
        ::close(made);
        number_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | more_flags);
    }
    [[nodiscard]] int number() const { return number_; }

private:
    scratch_directory directory_;
    int number_ = -1;
};

TEST(R40, what_is_in_the_page_cache_is_read_without_the_ring) {
    const file_on_disk disk;
    std::array<std::byte, 4096> probe{};
    const iovec whole{probe.data(), probe.size()};
    if (::preadv2(disk.number(), &whole, 1, 0, RWF_NOWAIT) != 4096)
        GTEST_SKIP() << "this file system does not read without waiting (RWF_NOWAIT)";
    const auto tested = start({.shards = 1});
    auto from = fs::file::from_fd(file_descriptor(disk.number()));
    std::array<std::byte, 4096> into{};
    EXPECT_EQ(tested->spawn(read_one(from, into)).get(), 4096u);
    EXPECT_EQ(std::memcmp(into.data(), some_bytes(4096).data(), 4096), 0);
    EXPECT_EQ(tested->handle().stats().total().operations_at_once, 1u);
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 0u);
}

task<std::size_t> read_times(fs::file& from, int times) {
    std::array<std::byte, 64> into{};
    std::size_t all = 0;
    for (int i = 0; i < times; ++i) {
        auto count = co_await from.read_at(into, 0);
        if (count) all += *count;
    }
    co_return all;
}

/// As many tasks of this shard, ready in the same turn.
task<std::size_t> read_by_many(fs::file& from, int tasks, int times) {
    std::vector<join_handle<std::size_t>> readers;
    for (int i = 0; i < tasks; ++i) readers.push_back(spawn(read_times(from, times), pinned{0}));
    std::size_t all = 0;
    for (auto& each : readers) {
        const std::size_t count = co_await std::move(each);
        all += count;
    }
    co_return all;
}

task<> yield_times(int times) {
    for (int i = 0; i < times; ++i) co_await yield();
}

task<> yield_by_many(int tasks, int times) {
    std::vector<join_handle<void>> yielders;
    for (int i = 0; i < tasks; ++i) yielders.push_back(spawn(yield_times(times), pinned{0}));
    for (auto& each : yielders) co_await std::move(each);
}

TEST(R25, reads_that_many_tasks_ask_for_at_once_go_to_the_kernel_together) {
    const file_on_disk disk;
    const auto tested = start({.shards = 1});
    auto from = fs::file::from_fd(file_descriptor(disk.number()));
    // The first turns of a shard are short, until it has seen that its tasks are.
    tested->spawn(yield_by_many(64, 8), pinned{0}).get();
    EXPECT_EQ(tested->spawn(read_by_many(from, 16, 4), pinned{0}).get(), 16u * 4 * 64);
    const auto total = tested->handle().stats().total();
    // The first seven don't know yet that they are many.
    EXPECT_LE(total.operations_at_once, 7u * 4);
    EXPECT_GE(total.operations_submitted, 9u * 4);
}

TEST(R40, a_few_tasks_that_read_at_once_need_no_ring) {
    const file_on_disk disk;
    std::array<std::byte, 64> probe{};
    const iovec whole{probe.data(), probe.size()};
    if (::preadv2(disk.number(), &whole, 1, 0, RWF_NOWAIT) != 64)
        GTEST_SKIP() << "this file system does not read without waiting (RWF_NOWAIT)";
    const auto tested = start({.shards = 1});
    auto from = fs::file::from_fd(file_descriptor(disk.number()));
    EXPECT_EQ(tested->spawn(read_by_many(from, 7, 4), pinned{0}).get(), 7u * 4 * 64);
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 0u);
}

TEST(R40, a_direct_file_is_never_read_on_the_spot) {
    const file_on_disk disk(O_DIRECT);
    if (disk.number() < 0) GTEST_SKIP() << "this file system has no direct transfers (O_DIRECT)";
    const auto tested = start({.shards = 1});
    auto from = fs::file::from_fd(file_descriptor(disk.number()));
    alignas(4096) static std::array<std::byte, 4096> into{};
    EXPECT_EQ(tested->spawn(read_one(from, into)).get(), 4096u);
    EXPECT_EQ(tested->handle().stats().total().operations_at_once, 0u);
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 1u);
}

task<int> answer_bytes(net::unix_stream& with, int count) {
    std::array<std::byte, 1> one{};
    for (int i = 0; i < count; ++i) {
        auto came = co_await with.read_some(one);
        if (!came || *came != 1) co_return 1;
        auto sent = co_await with.write_some(one);
        if (!sent) co_return 2;
    }
    co_return 0;
}

/// Sends a byte to a shard that has run out of work, and takes its answer.
void ask_when_idle(const runtime& of, int socket, std::uint64_t& idled) {
    const auto idle_times = [&] {
        const auto total = of.handle().stats().total();
        return total.spins + total.parks;
    };
    while (idle_times() == idled) std::this_thread::yield();
    idled = idle_times();
    std::byte one{1};
    ASSERT_EQ(::write(socket, &one, 1), 1);
    ASSERT_EQ(::read(socket, &one, 1), 1);
}

TEST(R14, a_shard_that_a_peer_will_wake_does_not_spin) {
    const auto tested = start({.shards = 1, .spin = std::chrono::milliseconds(900)});
    connected_sockets pair;
    net::unix_stream with(std::move(pair.ours));
    const std::uint64_t before = tested->handle().stats().total().spins;
    auto answering = tested->spawn(answer_bytes(with, 20));
    std::uint64_t idled = 0;
    for (int i = 0; i < 20; ++i) ask_when_idle(*tested, pair.theirs.get(), idled);
    EXPECT_EQ(std::move(answering).get(), 0);
    // Before the task came, for its first bytes, as long as others have ended as many idlings as the peer,
    // and after its last answer, when nothing is in flight.
    EXPECT_LE(tested->handle().stats().total().spins, before + 5);
}

/// By requests that are those of files.
task<int> answer_bytes_as_from_a_file(int with, int count) {
    std::array<std::byte, 1> one{};
    for (int i = 0; i < count; ++i) {
        auto came = co_await ops::read(with, one);
        if (!came || *came != 1) co_return 1;
        auto sent = co_await ops::send(with, one);
        if (!sent) co_return 2;
    }
    co_return 0;
}

TEST(R14, a_shard_that_the_work_of_the_kernel_itself_will_wake_spins) {
    const auto tested = start({.shards = 1, .spin = std::chrono::milliseconds(900)});
    connected_sockets pair;
    const std::uint64_t before = tested->handle().stats().total().spins;
    auto answering = tested->spawn(answer_bytes_as_from_a_file(pair.ours.get(), 20));
    std::uint64_t idled = 0;
    for (int i = 0; i < 20; ++i) ask_when_idle(*tested, pair.theirs.get(), idled);
    EXPECT_EQ(std::move(answering).get(), 0);
    // Less the first, which may have begun before the task came, and some where other programs crowd the CPUs.
    EXPECT_GE(tested->handle().stats().total().spins, before + 10);
}

} // namespace
} // namespace spargio
