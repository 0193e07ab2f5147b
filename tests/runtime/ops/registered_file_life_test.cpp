// R31: a registered file or socket ends when it is closed or dropped, wherever that is, and its place never
// sends a request to another one.
#include <spargio/spargio.hpp>

#include "tests/runtime/ops/registered_files.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

/// Whether the other end of this one is gone, now.
bool sees_the_end(const net::unix_stream& of) {
    pollfd asked{.fd = of.number(), .events = 0, .revents = 0};
    return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLHUP) != 0;
}
void wait_for_the_end(const net::unix_stream& of) {
    pollfd asked{.fd = of.number(), .events = 0, .revents = 0};
    while (::poll(&asked, 1, -1) != 1 || (asked.revents & POLLHUP) == 0) {
    }
}

struct two_ends {
    net::unix_stream ours;
    net::unix_stream other;
};

task<two_ends> registered_pair() {
    auto [first, second] = value_of(net::unix_stream::pair());
    EXPECT_TRUE(first.register_here());
    co_return two_ends{std::move(first), std::move(second)};
}

task<io_result<void>> close_it(net::unix_stream& stream) { co_return co_await stream.close(); }

TEST(R31, who_has_closed_a_registered_socket_on_whatever_shard_has_ended_it) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    const auto tested = start({.shards = 2, .spin = 0us});
    for (int round = 0; round < 100; ++round) {
        auto pair = tested->spawn(registered_pair(), pinned{0}).get();
        const int number = pair.ours.number();
        auto closed = tested->spawn(close_it(pair.ours), pinned{static_cast<std::uint32_t>(round % 2)}).get();
        ASSERT_TRUE(closed);
        ASSERT_TRUE(sees_the_end(pair.other));
        ASSERT_FALSE(is_open(number));
        ASSERT_EQ(tested->stats().total().files_registered, 0u);
    }
}

TEST(R31, a_registered_socket_that_is_dropped_anywhere_ends_though_its_shard_sleeps) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    const auto tested = start({.shards = 2, .spin = 0us});
    const auto drop = [](net::unix_stream) -> task<> { co_return; };
    for (int round = 0; round < 99; ++round) {
        auto pair = tested->spawn(registered_pair(), pinned{0}).get();
        if (round % 3 == 2)
            pair.ours = net::unix_stream(); // by a thread that is no shard
        else
            tested->spawn(drop(std::move(pair.ours)), pinned{static_cast<std::uint32_t>(round % 3)}).get();
        wait_for_the_end(pair.other);
    }
}

task<std::size_t> read_from(net::unix_stream& from) {
    std::array<std::byte, 8> into{};
    auto count = co_await from.read_some(into);
    co_return count ? *count : 99;
}

/// The place stays until the last operation that names it has ended.
task<int> close_under_a_read(runtime_handle handle, std::uint32_t closer) {
    auto pair = co_await registered_pair();
    auto reader = spawn(read_from(pair.ours), pinned{0});
    while (handle.stats().total().operations_pending == 0) co_await yield();
    auto closing = spawn(close_it(pair.ours), pinned{closer});
    auto closed = co_await std::move(closing);
    if (!closed || !sees_the_end(pair.other)) co_return 1;
    const std::size_t count = co_await std::move(reader);
    co_return count == 0 ? 0 : 2;
}

TEST(R31, closing_under_a_read_ends_both_and_empties_the_place_after) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    const auto tested = start({.shards = 2});
    for (int round = 0; round < 40; ++round)
        ASSERT_EQ(tested->spawn(close_under_a_read(tested->handle(), round % 2), pinned{0}).get(), 0);
    EXPECT_EQ(tested->stats().total().files_registered, 0u);
}

/// Keeps its shard from everything else.
task<> occupy(std::atomic<bool>& there, const std::atomic<bool>& until) {
    there = true;
    while (!until) std::this_thread::yield();
    co_return;
}

TEST(R31, a_closer_that_is_cancelled_while_the_ring_is_busy_leaves_the_end_to_its_shard) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    const auto tested = start({.shards = 2});
    for (int round = 0; round < 20; ++round) {
        auto pair = tested->spawn(registered_pair(), pinned{0}).get();
        const int number = pair.ours.number();
        std::atomic<bool> there = false;
        std::atomic<bool> until = false;
        auto busy = tested->spawn(occupy(there, until), pinned{0});
        while (!there) std::this_thread::yield();
        auto closing = tested->spawn(close_it(pair.ours), pinned{1});
        while (pair.ours) std::this_thread::yield(); // it has begun
        closing.cancel();
        auto closed = std::move(closing).get();
        ASSERT_FALSE(closed);
        ASSERT_EQ(closed.error(), make_error_code(errc::canceled));
        ASSERT_TRUE(is_open(number));
        until = true;
        std::move(busy).get();
        wait_for_the_end(pair.other);
    }
}

TEST(R31, a_stop_with_registered_sockets_alive_ends_and_they_may_outlive_it) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    for (int round = 0; round < 20; ++round) {
        std::optional<two_ends> kept;
        std::optional<two_ends> read;
        {
            const auto tested = start({.shards = 2, .stop_grace = round % 2 == 0 ? 1000ms : 0ms});
            kept = tested->spawn(registered_pair(), pinned{0}).get();
            read = tested->spawn(registered_pair(), pinned{1}).get();
            auto reader =
                tested->spawn(read_from(read->ours), pinned{static_cast<std::uint32_t>(round / 2 % 2)});
            while (tested->stats().total().operations_pending == 0) std::this_thread::yield();
            tested->stop();
        }
        EXPECT_FALSE(sees_the_end(kept->other));
        EXPECT_EQ(run({.shards = 1},
                      [&]() -> task<std::size_t> {
                          std::array<std::byte, 1> one{};
                          auto put = co_await kept->other.write_some(one);
                          auto got = co_await kept->ours.read_some(one);
                          co_return put&& got ? *got : 99;
                      }),
                  1u);
        kept->ours = net::unix_stream();
        EXPECT_TRUE(sees_the_end(kept->other));
        auto closed = run({.shards = 1}, [&]() -> task<bool> { co_return bool(co_await read->ours.close()); });
        EXPECT_TRUE(closed);
        EXPECT_TRUE(sees_the_end(read->other));
    }
}

/// Two files by turns, in the same few numbers and places.
task<int> open_and_close(std::filesystem::path folder, std::uint32_t other, int times, bool registers) {
    for (int i = 0; i < times; ++i) {
        const std::string name = i % 2 == 0 ? "a" : "b";
        auto file = co_await fs::file::open(folder / name);
        if (!file) co_return 1;
        if (file->register_here() != registers) co_return 2;
        std::array<std::byte, 1> into{};
        auto got = co_await file->read_at(into, 0);
        if (!got || *got != 1 || into[0] != static_cast<std::byte>(name[0])) co_return 3;
        if (i % 3 == 0) {
            if (!co_await file->close()) co_return 4;
        } else if (i % 3 == 1) {
            auto closing = spawn([](fs::file closed) -> task<bool> { co_return bool(co_await closed.close()); }(
                                                         std::move(*file)),
                                 pinned{other});
            if (!co_await std::move(closing)) co_return 5;
        } // or dropped here
    }
    co_return 0;
}

TEST(R31, a_request_never_goes_to_the_file_that_has_the_place_next) {
    const scratch_directory scratch;
    scratch.make_file("a", "a");
    scratch.make_file("b", "b");
    const auto tested = start({.shards = 2});
    const bool registers = tested->features().registered_files;
    const place_count plan; // and so by the ring
    std::vector<join_handle<int>> all;
    for (std::uint32_t of = 0; of < 2; ++of)
        for (int i = 0; i < 3; ++i)
            all.push_back(tested->spawn(open_and_close(scratch.path(), 1 - of, 300, registers), pinned{of}));
    for (auto& each : all) EXPECT_EQ(std::move(each).get(), 0);
    while (tested->stats().total().files_registered != 0) std::this_thread::yield();
}

} // namespace
} // namespace spargio
