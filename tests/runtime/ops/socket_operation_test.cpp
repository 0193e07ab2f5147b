// Operations on sockets, from both ends.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

task<int> exchange_messages(int ours, int theirs) {
    char text[] = "datagram";
    iovec part{text, 8};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    auto sent = co_await ops::sendmsg(ours, message);
    if (!sent || *sent != 8) co_return 1;
    char back[16] = {};
    iovec into{back, sizeof back};
    msghdr received{};
    received.msg_iov = &into;
    received.msg_iovlen = 1;
    auto came = co_await ops::recvmsg(theirs, received);
    if (!came || *came != 8 || std::memcmp(back, "datagram", 8) != 0) co_return 2;
    co_return 0;
}

TEST(R24, messages_are_sent_and_received) {
    std::array<int, 2> numbers{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, numbers.data()), 0);
    const file_descriptor ours(numbers[0]);
    const file_descriptor theirs(numbers[1]);
    EXPECT_EQ(run({.shards = 1}, [&] { return exchange_messages(ours.get(), theirs.get()); }), 0);
}

task<int> echo_once(int listener) {
    auto peer = co_await ops::accept(listener);
    if (!peer) co_return 1;
    std::array<std::byte, 64> buffer{};
    auto came = co_await ops::recv(peer->get(), buffer);
    if (!came) co_return 2;
    auto sent = co_await ops::send(peer->get(), std::span(buffer).first(*came));
    if (!sent || *sent != *came) co_return 3;
    auto end = co_await ops::recv(peer->get(), buffer);
    if (!end || *end != 0) co_return 4;
    auto closed = co_await ops::close(peer->release());
    co_return closed ? 0 : 5;
}

task<int> ask_echo(sockaddr_in where) {
    auto made = co_await ops::socket(AF_INET, SOCK_STREAM);
    if (!made) co_return 10;
    auto connected =
        co_await ops::connect(made->get(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
    if (!connected) co_return 11;
    auto sent = co_await ops::send_zc(made->get(), bytes_of("hello"));
    // Before kernel 6.0 there is none.
    if (!sent && sent.error() == std::errc::invalid_argument)
        sent = co_await ops::send(made->get(), bytes_of("hello"));
    if (!sent || *sent != 5) co_return 12;
    std::array<std::byte, 5> back{};
    auto came = co_await ops::recv(made->get(), back, MSG_WAITALL);
    if (!came || std::memcmp(back.data(), "hello", 5) != 0) co_return 13;
    auto ended = co_await ops::shutdown(made->get(), SHUT_WR);
    co_return ended ? 0 : 14;
}

task<int> echo_both_sides() {
    const file_descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof where;
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&where), bytes) != 0) co_return 100;
    if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&where), &bytes) != 0) co_return 101;
    if (::listen(listener.get(), 8) != 0) co_return 102;
    auto server = spawn(echo_once(listener.get()), pinned{0});
    auto client = spawn(ask_echo(where), pinned{1});
    const int asked = co_await std::move(client);
    const int served = co_await std::move(server);
    co_return asked * 1000 + served;
}

TEST(R24, sockets_accept_connect_send_and_receive) {
    EXPECT_EQ(run({.shards = 2}, [] { return echo_both_sides(); }), 0);
    EXPECT_EQ(run({.shards = 2, .spin = 0us}, [] { return echo_both_sides(); }), 0);
}

} // namespace
} // namespace spargio
