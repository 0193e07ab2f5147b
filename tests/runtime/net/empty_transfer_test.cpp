// Transfers of no bytes, of one, and of more than the kernel moves at once or counts in 32 bits.
#include <spargio/spargio.hpp>

#include "tests/runtime/untouched_memory.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

/// The answer, or the end of patience: nothing here may wait.
template <class Awaitable>
task<std::int64_t> answer_of(Awaitable work) {
    auto answer = co_await timeout(10s, std::move(work));
    if (!answer)
        co_return answer.error() == make_error_code(errc::timed_out) ? -ETIMEDOUT : -answer.error().value();
    co_return static_cast<std::int64_t>(*answer);
}

task<int> read_nothing(bool something_is_there, bool guess_is_good) {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    for (int i = 0; guess_is_good && i < 64; ++i) { // so that read_some() tries recv(2) first
        std::array<std::byte, 1> one{};
        if (co_await answer_of(theirs.write_some(one)) != 1 || co_await answer_of(ours.read_some(one)) != 1)
            co_return 1;
    }
    if (something_is_there && co_await answer_of(theirs.write_some(std::array<std::byte, 3>{})) != 3)
        co_return 2;
    const int socket = ours.number();
    std::array<iovec, 2> empty_parts{};
    msghdr message{};
    message.msg_iov = empty_parts.data();
    message.msg_iovlen = empty_parts.size();
    if (co_await answer_of(ours.read_some({})) != 0) co_return 3;
    if (co_await answer_of(ops::recv(socket, {})) != 0) co_return 4;
    if (co_await answer_of(ops::recv(socket, {}, MSG_WAITALL)) != 0) co_return 5;
    if (co_await answer_of(ops::recv_at_once(socket, {}, nullptr)) != 0) co_return 6;
    if (co_await answer_of(ops::recv_batch(socket, {})) != 0) co_return 7;
    if (co_await answer_of(ops::recv_batch(socket, empty_parts)) != 0) co_return 8;
    if (co_await answer_of(ops::recvmsg(socket, message)) != 0) co_return 9;
    if (co_await answer_of(ops::read(socket, {}, ops::current_position)) != 0) co_return 10;
    io::buffered_reader reader(ours);
    if (co_await answer_of(reader.read_some({})) != 0) co_return 11;
    std::array<std::byte, 8> into{};
    if (something_is_there && co_await answer_of(ours.read_some(into)) != 3) co_return 12;
    co_return 0;
}

TEST(R43, an_empty_read_of_a_stream_never_waits_and_takes_nothing) {
    for (const bool there : {false, true})
        for (const bool tried : {false, true})
            EXPECT_EQ(run({.shards = 1}, [=] { return read_nothing(there, tried); }), 0) << there << tried;
}

task<int> read_nothing_with_a_deadline() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    auto in_place = co_await timeout_at(std::chrono::steady_clock::now() + 10s, ops::recv(ours.number(), {}));
    if (!in_place || *in_place != 0) co_return 1;
    auto closed = co_await ours.close();
    auto gone = co_await ours.read_some({});
    co_return closed && !gone && gone.error() == std::errc::bad_file_descriptor ? 0 : 2;
}

TEST(R43, an_empty_read_is_an_operation_like_others) {
    EXPECT_EQ(run({.shards = 1}, [] { return read_nothing_with_a_deadline(); }), 0);
}

task<int> write_nothing() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    const untouched_memory zeros(std::size_t{1} << 24);
    std::int64_t filled = 1;
    while (filled > 0) { // until it has room for nothing
        auto some = co_await timeout(20ms, ours.write_some(zeros.all()));
        filled = some ? static_cast<std::int64_t>(*some) : 0;
    }
    const int socket = ours.number();
    std::array<iovec, 2> empty_parts{};
    msghdr message{};
    if (co_await answer_of(ours.write_some(std::span<const std::byte>())) != 0) co_return 1;
    if (co_await answer_of(ours.write_some(std::span<const iovec>())) != 0) co_return 2;
    if (co_await answer_of(ours.write_some(std::span<const iovec>(empty_parts))) != 0) co_return 3;
    if (co_await answer_of(ops::send(socket, {})) != 0) co_return 4;
    if (co_await answer_of(ops::sendv(socket, empty_parts)) != 0) co_return 5;
    if (co_await answer_of(ops::sendmsg(socket, message)) != 0) co_return 6;
    if (co_await answer_of(ops::send_all_batch(socket, {})) != 0) co_return 7;
    if (co_await answer_of(ops::send_all_batch(socket, empty_parts)) != 0) co_return 8;
    co_return 0;
}

TEST(R43, an_empty_write_never_waits_for_room) {
    EXPECT_EQ(run({.shards = 1}, [] { return write_nothing(); }), 0);
}

/// Of a TCP connection, as Unix sockets do not send without copying.
task<int> send_nothing_without_copying() {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()));
    const net::tcp_stream ours = value_of(std::move(connected));
    auto accepted = co_await listener.accept();
    const net::tcp_stream theirs = value_of(std::move(accepted));
    const auto nothing = co_await answer_of(ops::send_zc(ours.number(), {}));
    if (nothing == -EINVAL || nothing == -EOPNOTSUPP) co_return -1;
    if (nothing != 0) co_return 1;
    std::array<std::byte, 3> three{};
    if (co_await answer_of(ops::send_zc(ours.number(), three)) != 3) co_return 2;
    std::array<std::byte, 8> into{};
    if (co_await answer_of(theirs.read_some(into)) != 3) co_return 3;
    const untouched_memory zeros(std::size_t{1} << 24);
    std::int64_t filled = 1;
    while (filled > 0) { // until it has room for nothing
        auto some = co_await timeout(100ms, ours.write_some(zeros.all()));
        filled = some ? static_cast<std::int64_t>(*some) : 0;
    }
    if (co_await answer_of(ops::send_zc(ours.number(), {})) != 0) co_return 4;
    co_return 0;
}

TEST(R43, an_empty_send_without_copying_never_waits_for_room) {
    const int outcome = run({.shards = 1}, [] { return send_nothing_without_copying(); });
    if (outcome == -1) GTEST_SKIP() << "the kernel has no IORING_OP_SEND_ZC (6.0)";
    EXPECT_EQ(outcome, 0);
}

task<int> send_no_datagram_without_copying() {
    auto receiver = co_await net::udp_socket::bind(net::endpoint::loopback(0));
    auto sender = co_await net::udp_socket::connect(value_of(receiver->local_address()));
    const auto nothing = co_await answer_of(ops::send_zc(sender->number(), {}));
    if (nothing == -EINVAL || nothing == -EOPNOTSUPP) co_return -1;
    if (nothing != 0) co_return 1;
    std::array<std::byte, 4> into{};
    co_return co_await answer_of(receiver->receive(into)) == 0 ? 0 : 2;
}

TEST(R42, an_empty_datagram_is_sent_without_copying_too) {
    const int outcome = run({.shards = 1}, [] { return send_no_datagram_without_copying(); });
    if (outcome == -1) GTEST_SKIP() << "the kernel has no IORING_OP_SEND_ZC (6.0)";
    EXPECT_EQ(outcome, 0);
}

task<int> read_into_much(std::size_t bytes) {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    const untouched_memory room(bytes);
    const int socket = ours.number();
    std::array<std::byte, 3> three{};
    std::array<iovec, 1> parts{iovec{room.all().data(), bytes}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = 1;
    for (int i = 0; i < 4; ++i) {
        if (co_await answer_of(theirs.write_some(three)) != 3) co_return 1;
        std::int64_t came = 0;
        if (i == 0) came = co_await answer_of(ours.read_some(room.all()));
        if (i == 1) came = co_await answer_of(ops::recv(socket, room.all()));
        if (i == 2) came = co_await answer_of(ops::recv_batch(socket, parts));
        if (i == 3) came = co_await answer_of(ops::recvmsg(socket, message));
        if (came != 3) co_return 10 + i;
    }
    co_return 0;
}

/// What the socket has room for, whatever was given.
task<int> write_much(std::size_t bytes) {
    const untouched_memory zeros(bytes);
    std::array<iovec, 1> parts{iovec{zeros.all().data(), bytes}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = 1;
    for (int i = 0; i < 5; ++i) {
        auto [ours, theirs] = value_of(net::unix_stream::pair());
        std::int64_t taken = 0;
        if (i == 0) taken = co_await answer_of(ours.write_some(zeros.all()));
        if (i == 1) taken = co_await answer_of(ours.write_some(std::span<const iovec>(parts)));
        if (i == 2) taken = co_await answer_of(ops::send(ours.number(), zeros.all()));
        if (i == 3) taken = co_await answer_of(ops::sendv(ours.number(), parts));
        if (i == 4) taken = co_await answer_of(ops::sendmsg(ours.number(), message));
        if (taken <= 0 || taken > (std::int64_t{1} << 27)) co_return 1 + i;
    }
    co_return 0;
}

TEST(R43, more_than_32_bits_count_is_transferred_in_parts) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 31, std::size_t{1} << 32}) {
        EXPECT_EQ(run({.shards = 1}, [=] { return read_into_much(std::max<std::size_t>(bytes, 3)); }), 0)
            << bytes;
        EXPECT_EQ(run({.shards = 1}, [=] { return write_much(bytes); }), 0) << bytes;
    }
}

task<int> datagrams(std::size_t bytes) {
    auto receiver = co_await net::udp_socket::bind(net::endpoint::loopback(0));
    const auto at = value_of(receiver->local_address());
    auto sender = co_await net::udp_socket::connect(at);
    const untouched_memory zeros(bytes);
    const std::int64_t expected = bytes > 65507 ? -EMSGSIZE : static_cast<std::int64_t>(bytes);
    if (co_await answer_of(sender->send(zeros.all().first(bytes))) != expected) co_return 1;
    if (co_await answer_of(sender->send_to(zeros.all().first(bytes), at)) != expected) co_return 2;
    if (expected < 0) co_return 0;
    if (co_await answer_of(receiver->receive(zeros.all())) != expected) co_return 3;
    auto came = co_await timeout(10s, receiver->receive_from(zeros.all()));
    co_return came && came->size == bytes && !came->truncated ? 0 : 4;
}

TEST(R42, a_datagram_is_sent_whole_or_refused_whatever_its_size) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 31, std::size_t{1} << 32})
        EXPECT_EQ(run({.shards = 1}, [=] { return datagrams(bytes); }), 0) << bytes;
}

task<int> empty_datagrams() {
    auto receiver = co_await net::udp_socket::bind(net::endpoint::loopback(0));
    const auto at = value_of(receiver->local_address());
    auto sender = co_await net::udp_socket::connect(at);
    std::array<std::byte, 4> into{};
    if (co_await answer_of(sender->send({})) != 0) co_return 1;
    if (co_await answer_of(receiver->receive(into)) != 0) co_return 2;
    for (int i = 0; i < 2; ++i) { // an empty buffer takes a datagram too
        if (co_await answer_of(sender->send(into)) != 4) co_return 3;
        if (i == 0 && co_await answer_of(receiver->receive({})) != 0) co_return 4;
        if (i == 0) continue;
        auto cut = co_await timeout(10s, receiver->receive_from({}));
        if (!cut || cut->size != 0 || !cut->truncated) co_return 5;
    }
    auto nothing = co_await timeout(20ms, receiver->receive(into));
    co_return !nothing && nothing.error() == make_error_code(errc::timed_out) ? 0 : 6;
}

TEST(R42, a_datagram_of_no_bytes_is_one_and_an_empty_buffer_takes_one) {
    EXPECT_EQ(run({.shards = 1}, [] { return empty_datagrams(); }), 0);
}

} // namespace
} // namespace spargio
