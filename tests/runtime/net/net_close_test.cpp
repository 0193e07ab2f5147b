// P8 for sockets: closing ends what is in flight, waits for it, and only then gives the number back.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

task<> wait_for_pending(runtime_handle handle, std::uint64_t count) {
    while (handle.stats().total().operations_pending < count) co_await yield();
}

template <class Stream>
task<io_result<std::size_t>> read_from(const Stream& from) {
    std::array<std::byte, 8> into{};
    auto count = co_await from.read_some(into);
    co_return count;
}

/// Nothing is ever sent, so only closing ends the read.
task<int> close_while_read(runtime_handle handle, std::uint32_t reader_shard) {
    auto [first, second] = value_of(net::unix_stream::pair());
    const int number = first.number();
    auto reader = spawn(read_from(first), pinned{reader_shard});
    co_await wait_for_pending(handle, 1);
    auto closed = co_await first.close();
    if (!closed || first || is_open(number)) co_return 1;
    auto read = co_await std::move(reader);
    if (!read || *read != 0) co_return 2;
    auto late = co_await read_from(first);
    co_return !late && late.error() == std::errc::bad_file_descriptor ? 0 : 3;
}

TEST(P8, closing_a_stream_ends_the_read_in_flight_and_waits_for_it) {
    const auto tested = start({.shards = 2});
    for (std::uint32_t shard = 0; shard < 2; ++shard)
        for (int i = 0; i < 20; ++i) {
            auto done = tested->spawn(close_while_read(tested->handle(), shard), pinned{0});
            ASSERT_EQ(std::move(done).get(), 0);
        }
}

template <class Listener>
task<std::error_code> accept_from(const Listener& from) {
    auto accepted = co_await from.accept();
    co_return accepted ? std::error_code() : accepted.error();
}

template <class Listener>
task<int> close_while_accepting(runtime_handle handle, Listener listener) {
    const int number = listener.number();
    auto first = spawn(accept_from(listener), pinned{0});
    auto second = spawn(accept_from(listener), pinned{1});
    co_await wait_for_pending(handle, 2);
    auto closed = co_await listener.close();
    if (!closed || is_open(number)) co_return 1;
    const auto one = co_await std::move(first);
    const auto other = co_await std::move(second);
    co_return one&& other ? 0 : 2;
}

task<int> close_listeners(runtime_handle handle) {
    auto tcp = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const auto at = value_of(tcp->local_address());
    const int of_tcp = co_await close_while_accepting(handle, value_of(std::move(tcp)));
    if (of_tcp != 0) co_return of_tcp;
    auto again = co_await net::tcp_listener::bind(at);
    if (!again) co_return 3; // the port is free
    const auto name = value_of(net::unix_endpoint::make(std::string_view("\0spargio-test-close", 19)));
    auto unix_one = co_await net::unix_listener::bind(name);
    co_return co_await close_while_accepting(handle, value_of(std::move(unix_one)));
}

TEST(P8, closing_a_listener_ends_who_waits_for_connections_and_frees_the_port) {
    const auto tested = start({.shards = 2});
    auto done = tested->spawn(close_listeners(tested->handle()), pinned{0});
    EXPECT_EQ(std::move(done).get(), 0);
}

template <class Socket>
task<bool> receive_from(const Socket& from) {
    std::array<std::byte, 8> into{};
    auto came = co_await from.receive_from(into);
    co_return !came || came->size == 0;
}

template <class Socket>
task<int> close_while_receiving(runtime_handle handle, Socket socket) {
    const int number = socket.number();
    auto receiver = spawn(receive_from(socket), pinned{1});
    co_await wait_for_pending(handle, 1);
    auto closed = co_await socket.close();
    if (!closed || is_open(number)) co_return 1;
    const bool ended = co_await std::move(receiver);
    co_return ended ? 0 : 2;
}

task<int> close_datagram_sockets(runtime_handle handle) {
    auto udp = co_await net::udp_socket::bind(net::endpoint::loopback(0));
    const int of_udp = co_await close_while_receiving(handle, value_of(std::move(udp)));
    if (of_udp != 0) co_return of_udp;
    const auto name = value_of(net::unix_endpoint::make(std::string_view("\0spargio-test-dgram", 19)));
    auto unix_one = co_await net::unix_datagram::bind(name);
    co_return co_await close_while_receiving(handle, value_of(std::move(unix_one)));
}

TEST(P8, closing_a_datagram_socket_ends_who_waits_for_datagrams) {
    const auto tested = start({.shards = 2});
    auto done = tested->spawn(close_datagram_sockets(tested->handle()), pinned{0});
    EXPECT_EQ(std::move(done).get(), 0);
}

task<int> write_to_the_dead() {
    auto [first, second] = value_of(net::unix_stream::pair());
    auto closed = co_await second.close();
    value_of(std::move(closed));
    const std::array<std::byte, 1> one{};
    auto written = co_await first.write_some(one);
    if (written || written.error() != std::errc::broken_pipe) co_return 1;
    const iovec part{const_cast<std::byte*>(one.data()), 1};
    written = co_await first.write_some(std::span(&part, 1));
    co_return !written && written.error() == std::errc::broken_pipe ? 0 : 2;
}

TEST(R42, writing_to_who_is_gone_is_an_error_and_no_signal) {
    EXPECT_EQ(run({.shards = 1}, [] { return write_to_the_dead(); }), 0);
}

/// A connect that is cancelled, again and again, leaves no descriptor.
task<> connect_once(net::endpoint to) {
    auto made = co_await net::tcp_stream::connect(to);
    (void)made;
}

task<> accept_for_ever(const net::tcp_listener& listener) {
    for (;;) {
        auto accepted = co_await listener.accept();
        if (!accepted) co_return;
    }
}

int open_descriptors() {
    int count = 0;
    for (int number = 0; number < 1024; ++number) count += static_cast<int>(is_open(number));
    return count;
}

task<int> cancel_connects(int rounds) {
    const int before = open_descriptors();
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    net::tcp_listener listener = value_of(std::move(bound));
    const auto to = value_of(listener.local_address());
    auto server = spawn(accept_for_ever(listener), pinned{1});
    for (int round = 0; round < rounds; ++round) {
        auto client = spawn(connect_once(to), pinned{static_cast<std::uint32_t>(round % 2)});
        for (int i = 0; i < round % 5; ++i) co_await yield();
        client.cancel();
        co_await std::move(client);
    }
    auto closed = co_await listener.close();
    value_of(std::move(closed));
    co_await std::move(server);
    co_return open_descriptors() - before;
}

TEST(P6, connects_that_are_cancelled_leave_no_descriptor_behind) {
    EXPECT_EQ(run({.shards = 2}, [] { return cancel_connects(2000); }), 0);
}

/// Sockets are closed and opened while others read: a read sees its own stream or is refused.
task<int> read_until_refused(const net::unix_stream& from, std::byte expected) {
    std::array<std::byte, 16> into{};
    for (;;) {
        auto count = co_await from.read_some(into);
        if (!count) co_return count.error() == std::errc::bad_file_descriptor ? 0 : 1;
        if (*count == 0) co_return 0;
        for (std::size_t i = 0; i < *count; ++i)
            if (into[i] != expected) co_return 2;
    }
}

task<int> churn(int rounds) {
    for (int round = 0; round < rounds; ++round) {
        const auto letter = static_cast<std::byte>('a' + round % 2);
        auto pair = value_of(net::unix_stream::pair());
        std::vector<join_handle<int>> readers;
        for (std::uint32_t i = 0; i < 4; ++i)
            readers.push_back(spawn(read_until_refused(pair.first, letter), pinned{i % 2}));
        const std::array<std::byte, 16> full{letter, letter, letter, letter, letter, letter, letter, letter,
                                             letter, letter, letter, letter, letter, letter, letter, letter};
        for (int i = 0; i < round % 7; ++i) {
            auto written = co_await pair.second.write_some(full);
            if (!written) co_return 10;
        }
        auto closed = co_await pair.first.close();
        if (!closed) co_return 11;
        for (auto& each : readers) {
            const int answer = co_await std::move(each);
            if (answer != 0) co_return answer;
        }
    }
    co_return 0;
}

TEST(P8, a_read_never_reaches_the_socket_that_got_the_number_next) {
    EXPECT_EQ(run({.shards = 2}, [] { return churn(500); }), 0);
}

} // namespace
} // namespace spargio
