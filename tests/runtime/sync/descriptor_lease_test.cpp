// Operations of files and sockets on rings of the caller's choice (R26), and the leases of their descriptors
// (R27).
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

fs::file unnamed_file() {
    const int number = ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (number < 0) throw std::system_error(errno, std::system_category(), "open /tmp with O_TMPFILE");
    return fs::file::from_fd(file_descriptor(number));
}

/// What shard `index` was asked for, on its ring or on the spot.
std::uint64_t asked_of(runtime_handle of, std::size_t index) {
    const auto stats = of.stats().shards[index];
    return stats.operations_submitted + stats.operations_at_once;
}

task<int> use_file_on(std::uint32_t where) {
    auto file = unnamed_file();
    std::array<std::byte, 5> into{};
    if (value_of(co_await on_shard(where, file.write_at(bytes_of("hello"), 0))) != 5) co_return 1;
    if (value_of(co_await on_shard(where, file.read_at(into, 0))) != 5) co_return 2;
    if (std::memcmp(into.data(), "hello", 5) != 0) co_return 3;
    co_return this_shard::id() == 0 ? 0 : 4;
}

TEST(R26, operations_of_a_file_are_done_on_the_shard_that_is_asked) {
    const auto tested = start(2);
    auto user = tested->spawn(use_file_on(1), pinned{0});
    EXPECT_EQ(std::move(user).get(), 0);
    EXPECT_EQ(asked_of(tested->handle(), 1), 2u);
    EXPECT_EQ(asked_of(tested->handle(), 0), 0u);
}

task<std::error_code> read_on(const net::unix_stream& from, std::uint32_t where) {
    std::array<std::byte, 8> into{};
    auto elsewhere = on_shard(where, from.read_some(into));
    auto count = co_await std::move(elsewhere);
    co_return count ? std::error_code{} : count.error();
}

task<int> close_and_use() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    auto reader = spawn(read_on(ours, 1), pinned{0});
    const auto of = this_shard::context().handle();
    while (of.stats().shards[1].operations_pending == 0) co_await yield();
    (void)value_of(co_await ours.close()); // ends the read on the other shard, and waits for it
    if (co_await std::move(reader)) co_return 1;
    if (co_await read_on(ours, 1) != std::errc::bad_file_descriptor) co_return 2;
    auto leased = steered(theirs.write_some(bytes_of("x")));
    auto answer = co_await std::move(leased);
    if (answer || answer.error() != std::errc::broken_pipe) co_return 3;
    net::unix_stream none;
    auto refused = steered(none.write_some(bytes_of("x")));
    auto nothing = co_await std::move(refused);
    co_return !nothing && nothing.error() == std::errc::bad_file_descriptor ? 0 : 4;
}

TEST(P8, an_operation_on_another_shard_counts_as_a_use_and_is_refused_when_the_socket_is_closed) {
    const auto tested = start(2);
    auto user = tested->spawn(close_and_use(), pinned{0});
    EXPECT_EQ(std::move(user).get(), 0);
}

task<std::error_code> read_steered(const net::unix_stream& from) {
    std::array<std::byte, 8> into{};
    auto leased = steered(from.read_some(into));
    auto count = co_await std::move(leased);
    co_return count ? std::error_code{} : count.error();
}

/// One read waits; writes from either shard must go to the ring that has it, though the other is the freer.
task<int> keep_to_one_ring() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    const auto of = this_shard::context().handle();
    auto reader = spawn(read_steered(ours), pinned{1});
    while (of.stats().total().operations_pending == 0) co_await yield();
    const std::size_t leased_to = of.stats().shards[0].operations_pending != 0 ? 0 : 1;
    const auto before = asked_of(of, leased_to);
    for (int i = 0; i < 10; ++i) {
        auto leased = steered(ours.write_some(bytes_of("x")));
        if (value_of(co_await std::move(leased)) != 1) co_return 1;
    }
    const auto after = asked_of(of, leased_to);
    std::array<std::byte, 16> into{};
    (void)value_of(co_await theirs.read_some(into));
    (void)value_of(co_await theirs.write_some(bytes_of("y")));
    if (co_await std::move(reader)) co_return 2;
    co_return after - before == 10 ? 0 : 3;
}

TEST(R27, steered_operations_of_a_socket_keep_to_the_ring_that_has_one_of_it) {
    for (std::uint32_t asker = 0; asker < 2; ++asker) {
        const auto tested = start({.shards = 2, .steal_budget = 0});
        auto user = tested->spawn(keep_to_one_ring(), pinned{asker});
        EXPECT_EQ(std::move(user).get(), 0);
    }
}

task<int> send_while_stream_is_held(const net::unix_stream& on) {
    auto leased = steered(on.write_some(bytes_of("abc")));
    co_return static_cast<int>(value_of(co_await std::move(leased)));
}

/// The stream lives on shard 0; a task of shard 1 writes to the same socket.
task<int> stream_holds_its_ring() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    const auto of = this_shard::context().handle();
    {
        auto incoming = ours.receive_stream();
        (void)value_of(co_await theirs.write_some(bytes_of("hello")));
        const auto piece = value_of(co_await incoming.next());
        if (piece.size() != 5) co_return 1;
        const auto before = asked_of(of, 1);
        auto writer = spawn(send_while_stream_is_held(ours), pinned{1});
        if (co_await std::move(writer) != 3) co_return 2;
        if (asked_of(of, 1) != before) co_return 3; // it went to the stream's ring
    }
    (void)value_of(co_await ours.close()); // the stream is gone: there is nothing to wait for
    co_return 0;
}

TEST(R27, a_stream_holds_the_ring_of_its_socket_as_long_as_it_lives) {
    const auto tested = start({.shards = 2, .steal_budget = 0});
    auto user = tested->spawn(stream_holds_its_ring(), pinned{0});
    EXPECT_EQ(std::move(user).get(), 0);
}

task<void> close_it(net::unix_stream& stream) { (void)value_of(co_await stream.close()); }

/// Closing ends the stream, and is done when the stream has been let go.
task<int> close_under_a_stream() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    const int number = ours.number();
    std::optional<join_handle<void>> closing;
    {
        auto incoming = ours.receive_stream();
        auto none = co_await timeout(std::chrono::seconds(0), incoming.next());
        if (none) co_return 1; // but the request is with the kernel now
        closing.emplace(spawn(close_it(ours), pinned{1}));
        const auto last = value_of(co_await incoming.next());
        if (!last.empty()) co_return 2;
        if (::fcntl(number, F_GETFD) == -1) co_return 3; // still ours
        auto late = ours.receive_stream();
        auto refused = co_await late.next();
        if (refused || refused.error() != std::errc::bad_file_descriptor) co_return 4;
    }
    co_await std::move(*closing);
    co_return 0;
}

TEST(P8, a_stream_is_a_use_of_its_socket_that_closing_waits_for) {
    const auto tested = start({.shards = 2});
    for (int i = 0; i < 20; ++i) {
        auto user = tested->spawn(close_under_a_stream(), pinned{0});
        ASSERT_EQ(std::move(user).get(), 0);
    }
}

task<int> accept_by_object() {
    const auto where = value_of(net::endpoint::parse("127.0.0.1:0"));
    auto listener = value_of(co_await net::tcp_listener::bind(where));
    const auto at = value_of(listener.local_address());
    {
        auto incoming = listener.accept_stream();
        for (int i = 0; i < 5; ++i) {
            auto ours = value_of(co_await net::tcp_stream::connect(at));
            net::tcp_stream theirs(value_of(co_await incoming.next()));
            if (value_of(co_await ours.write_some(bytes_of("hi"))) != 2) co_return 1;
            std::array<std::byte, 8> into{};
            if (value_of(co_await theirs.read_some(into)) != 2) co_return 2;
        }
    }
    (void)value_of(co_await listener.close());
    co_return 0;
}

TEST(R30, a_listener_gives_a_stream_of_its_connections) {
    EXPECT_EQ(run({.shards = 1}, [] { return accept_by_object(); }), 0);
}

} // namespace
} // namespace spargio
