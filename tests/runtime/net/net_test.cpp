// Sockets: what they carry, what they refuse, how they are made and how they end.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(R42, an_address_is_read_and_written_as_text) {
    for (const std::string text : {"127.0.0.1:80", "0.0.0.0:0", "[::1]:65535", "[2001:db8::17]:443"}) {
        const auto read = net::endpoint::parse(text);
        ASSERT_TRUE(read.has_value()) << text;
        EXPECT_EQ(read->to_string(), text);
        EXPECT_EQ(*net::endpoint::parse(read->to_string()), *read);
    }
    EXPECT_EQ(net::endpoint::parse("127.0.0.1:7001"), net::endpoint::loopback(7001));
    EXPECT_EQ(net::endpoint::parse("[::1]:7001"), net::endpoint::loopback(7001, net::address_family::v6));
    EXPECT_NE(net::endpoint::loopback(1), net::endpoint::loopback(2));
    EXPECT_NE(net::endpoint::loopback(1), net::endpoint::any(1));
    EXPECT_TRUE(net::endpoint::loopback(1).is_loopback());
    EXPECT_FALSE(net::endpoint::any(1).is_loopback());
    EXPECT_EQ(net::endpoint().family(), net::address_family::none);
    const auto scoped = net::endpoint::parse("[fe80::1%lo]:9");
    ASSERT_TRUE(scoped.has_value());
    EXPECT_EQ(net::endpoint::parse(scoped->to_string()), *scoped);
}

TEST(R42, what_is_no_address_is_refused) {
    for (const std::string_view text :
         {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8x", "::1:80",
          "[::1]", "[::1:80", "256.0.0.1:80", "localhost:80", "[127.0.0.1]:80", "[fe80::1%nosuchinterface]:9",
          "1.2.3:4"}) {
        const auto read = net::endpoint::parse(text);
        EXPECT_FALSE(read.has_value()) << text;
        if (!read) {
            EXPECT_EQ(read.error(), std::errc::invalid_argument) << text;
        }
    }
    EXPECT_FALSE(net::endpoint::parse(std::string_view("::1\0x", 5), 80).has_value());
    EXPECT_FALSE(net::unix_endpoint::make("").has_value());
    EXPECT_FALSE(net::unix_endpoint::make(std::string(108, 'a')).has_value());
    EXPECT_TRUE(net::unix_endpoint::make(std::string(107, 'a')).has_value());
    EXPECT_FALSE(net::unix_endpoint::make(std::string_view("a\0b", 3)).has_value());
}

/// Echoes on one connection until the other side ends its direction.
template <class Stream>
task<> echo(Stream stream) {
    std::array<std::byte, 4096> buffer;
    for (;;) {
        auto count = co_await stream.read_some(buffer);
        if (!count || *count == 0) break;
        auto written = co_await io::write_all(stream, std::span(buffer).first(*count));
        if (!written) break;
    }
    auto closed = co_await stream.close();
    (void)closed;
}

template <class Listener>
task<> accept_one(const Listener& listener) {
    auto accepted = co_await listener.accept();
    co_await echo(value_of(std::move(accepted)));
}

template <class Stream>
task<std::string> ask(Stream& stream, std::string_view question) {
    auto written = co_await io::write_all(stream, bytes_of(question));
    value_of(std::move(written));
    std::string answer(question.size(), ' ');
    auto read = co_await io::read_exact(stream, std::as_writable_bytes(std::span(answer)));
    value_of(std::move(read));
    co_return answer;
}

task<std::string> echo_over_tcp(net::endpoint at) {
    auto bound = co_await net::tcp_listener::bind(at);
    const net::tcp_listener listener = value_of(std::move(bound));
    auto server = spawn(accept_one(listener), pinned{this_shard::count() - 1});
    auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()));
    net::tcp_stream stream = value_of(std::move(connected));
    if (value_of(stream.peer_address()) != value_of(listener.local_address())) co_return "wrong address";
    std::string answer = co_await ask(stream, "over the wire and back");
    auto ended = co_await stream.shutdown(net::direction::send);
    value_of(std::move(ended));
    co_await std::move(server);
    std::array<std::byte, 8> rest{};
    auto end = co_await stream.read_some(rest);
    if (value_of(std::move(end)) != 0) co_return "no end";
    auto closed = co_await stream.close();
    value_of(std::move(closed));
    co_return answer;
}

TEST(R42, bytes_go_over_tcp_and_back) {
    for (const auto family : {net::address_family::v4, net::address_family::v6})
        for (const unsigned shards : {1u, 2u})
            EXPECT_EQ(
                run({.shards = shards}, [&] { return echo_over_tcp(net::endpoint::loopback(0, family)); }),
                "over the wire and back");
}

task<std::string> echo_over_unix() {
    const auto at = value_of(net::unix_endpoint::make(std::string_view("\0spargio-test-stream", 20)));
    auto bound = co_await net::unix_listener::bind(at);
    const net::unix_listener listener = value_of(std::move(bound));
    if (value_of(listener.local_address()) != at) co_return "wrong address";
    auto server = spawn(accept_one(listener));
    auto connected = co_await net::unix_stream::connect(at);
    net::unix_stream stream = value_of(std::move(connected));
    std::string answer = co_await ask(stream, "to the neighbour");
    auto closed = co_await stream.close();
    value_of(std::move(closed));
    co_await std::move(server);
    co_return answer;
}

TEST(R42, bytes_go_over_a_unix_socket_and_back) {
    EXPECT_EQ(run({.shards = 2}, [] { return echo_over_unix(); }), "to the neighbour");
}

task<int> write_from_many_buffers() {
    auto [first, second] = value_of(net::unix_stream::pair());
    std::string a = "one,";
    std::string b = "two,";
    std::string c = "three";
    const std::array<iovec, 3> parts{iovec{a.data(), a.size()}, iovec{b.data(), b.size()},
                                     iovec{c.data(), c.size()}};
    auto written = co_await first.write_some(std::span<const iovec>(parts));
    if (!written || *written != 13) co_return 1;
    std::array<std::byte, 64> into{};
    auto read = co_await second.read_some(into);
    if (!read || text_of(std::span(into).first(*read)) != "one,two,three") co_return 2;
    co_return 0;
}

TEST(R42, several_buffers_are_written_as_one) {
    EXPECT_EQ(run({.shards = 1}, [] { return write_from_many_buffers(); }), 0);
}

template <class Socket, class Address>
task<int> datagrams(Socket& first, Socket& second, Address first_at, Address second_at) {
    auto sent = co_await first.send_to(bytes_of("a datagram"), second_at);
    if (!sent || *sent != 10) co_return 1;
    sent = co_await first.send_to(bytes_of("another one"), second_at);
    if (!sent) co_return 2;
    std::array<std::byte, 64> into{};
    auto came = co_await second.receive_from(into);
    if (!came || text_of(std::span(into).first(came->size)) != "a datagram" || came->truncated) co_return 3;
    if (came->from != first_at) co_return 4;
    came = co_await second.receive_from(std::span(into).first(4));
    if (!came || came->size != 4 || !came->truncated) co_return 5;
    if (!second.connect_to(first_at) || value_of(second.peer_address()) != first_at) co_return 6;
    sent = co_await second.send(bytes_of("reply"));
    if (!sent) co_return 7;
    auto reply = co_await first.receive(into);
    if (!reply || text_of(std::span(into).first(*reply)) != "reply") co_return 8;
    co_return 0;
}

task<int> datagrams_over_udp(net::address_family family) {
    auto one = co_await net::udp_socket::bind(net::endpoint::loopback(0, family));
    auto two = co_await net::udp_socket::bind(net::endpoint::loopback(0, family));
    net::udp_socket first = value_of(std::move(one));
    net::udp_socket second = value_of(std::move(two));
    const auto at = value_of(first.local_address());
    const auto other = value_of(second.local_address());
    co_return co_await datagrams(first, second, at, other);
}

task<int> datagrams_over_unix() {
    const auto at = value_of(net::unix_endpoint::make(std::string_view("\0spargio-test-a", 15)));
    const auto other = value_of(net::unix_endpoint::make(std::string_view("\0spargio-test-b", 15)));
    auto one = co_await net::unix_datagram::bind(at);
    auto two = co_await net::unix_datagram::bind(other);
    net::unix_datagram first = value_of(std::move(one));
    net::unix_datagram second = value_of(std::move(two));
    co_return co_await datagrams(first, second, at, other);
}

TEST(R42, datagrams_come_whole_with_their_sender) {
    EXPECT_EQ(run({.shards = 1}, [] { return datagrams_over_udp(net::address_family::v4); }), 0);
    EXPECT_EQ(run({.shards = 1}, [] { return datagrams_over_udp(net::address_family::v6); }), 0);
    EXPECT_EQ(run({.shards = 1}, [] { return datagrams_over_unix(); }), 0);
}

bool non_blocking_and_close_on_exec(int number) {
    return (::fcntl(number, F_GETFL) & O_NONBLOCK) != 0 && (::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0;
}

task<int> look_at_flags() {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()));
    const net::tcp_stream stream = value_of(std::move(connected));
    auto accepted = co_await listener.accept();
    const net::tcp_stream other = value_of(std::move(accepted));
    auto udp = co_await net::udp_socket::bind(net::endpoint::loopback(0));
    const auto pair = value_of(net::unix_stream::pair());
    for (const int number : {listener.number(), stream.number(), other.number(), udp->number(),
                             pair.first.number(), pair.second.number()})
        if (!non_blocking_and_close_on_exec(number)) co_return 1;
    co_return 0;
}

TEST(R42, every_socket_is_non_blocking_and_closed_on_exec) {
    EXPECT_EQ(run({.shards = 1}, [] { return look_at_flags(); }), 0);
}

task<int> set_and_get_options(net::address_family family) {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0, family));
    const net::tcp_listener listener = value_of(std::move(bound));
    if (!value_of(listener.reuse_address()) || value_of(listener.reuse_port())) co_return 1;
    value_of(listener.set_reuse_port(true));
    if (!value_of(listener.reuse_port())) co_return 2;
    net::connect_options how;
    how.no_delay = true;
    auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()), how);
    net::tcp_stream stream = value_of(std::move(connected));
    if (!value_of(stream.no_delay())) co_return 3;
    value_of(stream.set_no_delay(false));
    if (value_of(stream.no_delay())) co_return 4;
    value_of(stream.set_keep_alive(true, 30s));
    if (!value_of(stream.keep_alive())) co_return 5;
    value_of(stream.set_ttl(17));
    if (value_of(stream.ttl()) != 17) co_return 6;
    value_of(stream.set_send_buffer_size(32768));
    if (value_of(stream.send_buffer_size()) < 32768) co_return 7;
    value_of(stream.set_receive_buffer_size(32768));
    if (value_of(stream.receive_buffer_size()) < 32768) co_return 8;
    if (value_of(stream.linger()).has_value()) co_return 9;
    value_of(stream.set_linger(3s));
    if (value_of(stream.linger()) != 3s) co_return 10;
    value_of(stream.set_linger(std::nullopt));
    if (value_of(stream.linger()).has_value()) co_return 11;
    auto closed = co_await stream.close();
    if (!closed || stream.set_no_delay(true) || stream.peer_address() || stream) co_return 12;
    co_return 0;
}

TEST(R42, options_are_what_they_were_set_to) {
    EXPECT_EQ(run({.shards = 1}, [] { return set_and_get_options(net::address_family::v4); }), 0);
    EXPECT_EQ(run({.shards = 1}, [] { return set_and_get_options(net::address_family::v6); }), 0);
}

task<int> set_odd_times() {
    using std::chrono::seconds;
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()));
    const net::tcp_stream stream = value_of(std::move(connected));
    const auto is_refused = [](const io_result<void>& answer) {
        return !answer && answer.error() == std::errc::invalid_argument;
    };
    for (const seconds each : {seconds::min(), seconds(-1)})
        if (!is_refused(stream.set_linger(each))) co_return 1;
    if (value_of(stream.linger()).has_value()) co_return 2; // and not 0 s, which resets the connection
    for (const seconds each : {seconds::max(), seconds(1LL << 31), seconds((1LL << 31) - 1)}) {
        value_of(stream.set_linger(each));
        if (value_of(stream.linger()) != seconds((1LL << 31) - 1)) co_return 3;
    }
    value_of(stream.set_linger(std::nullopt));
    for (const seconds each : {seconds::min(), seconds(-1), seconds(0), seconds(32768), seconds::max()})
        if (!is_refused(stream.set_keep_alive(true, each))) co_return 4;
    if (value_of(stream.keep_alive())) co_return 5;
    for (const seconds each : {seconds(1), seconds(32767)}) value_of(stream.set_keep_alive(true, each));
    co_return value_of(stream.keep_alive()) ? 0 : 6;
}

TEST(R42, times_that_an_option_can_not_have_are_refused_and_longest_ones_kept) {
    EXPECT_EQ(run({.shards = 1}, [] { return set_odd_times(); }), 0);
}

task<int> connect_to_nobody() {
    std::uint16_t port = 0;
    {
        auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
        port = value_of(bound->local_address()).port();
    }
    auto refused = co_await net::tcp_stream::connect(net::endpoint::loopback(port));
    if (refused || refused.error() != std::errc::connection_refused) co_return 1;
    auto nowhere = co_await net::tcp_stream::connect(net::endpoint());
    if (nowhere) co_return 2;
    auto first = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    auto second = co_await net::tcp_listener::bind(value_of(first->local_address()));
    if (second || second.error() != std::errc::address_in_use) co_return 3;
    co_return 0;
}

TEST(R42, what_the_kernel_refuses_is_its_error) {
    EXPECT_EQ(run({.shards = 1}, [] { return connect_to_nobody(); }), 0);
}

task<int> time_out() {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    const auto accept_by = clock::now() + 3ms;
    auto nobody = co_await timeout_at(accept_by, listener.accept());
    if (nobody || nobody.error() != make_error_code(errc::timed_out) || clock::now() < accept_by) co_return 1;
    auto [first, second] = value_of(net::unix_stream::pair());
    std::array<std::byte, 8> into{};
    const auto read_by = clock::now() + 3ms;
    auto nothing = co_await timeout_at(read_by, first.read_some(into));
    if (nothing || nothing.error() != make_error_code(errc::timed_out) || clock::now() < read_by) co_return 2;
    auto written = co_await second.write_some(bytes_of("late"));
    if (!written) co_return 3;
    auto read = co_await timeout(1h, first.read_some(into));
    if (!read || *read != 4) co_return 4;
    auto connected = co_await timeout(1h, net::tcp_stream::connect(value_of(listener.local_address())));
    if (!connected) co_return 5;
    auto accepted = co_await timeout(1h, listener.accept());
    co_return accepted ? 0 : 6;
}

TEST(R42, every_operation_takes_a_deadline) {
    EXPECT_EQ(run({.shards = 1}, [] { return time_out(); }), 0);
}

task<std::pair<std::thread::id, io_result<std::vector<net::endpoint>>>> look_up(std::string host,
                                                                                std::string service) {
    auto found = co_await net::resolve(std::move(host), std::move(service));
    co_return std::pair(std::this_thread::get_id(), std::move(found));
}

TEST(R42, a_name_gives_addresses_with_the_port_of_the_service) {
    const auto tested = start({.shards = 1});
    auto handle = tested->spawn(look_up("localhost", "80"), pinned{0});
    const auto [thread, found] = std::move(handle).get();
    ASSERT_TRUE(found.has_value()) << found.error().message();
    ASSERT_FALSE(found->empty());
    for (const auto& each : *found) {
        EXPECT_TRUE(each.is_loopback()) << each.to_string();
        EXPECT_EQ(each.port(), 80);
    }
    EXPECT_EQ(tested->handle().blocking().threads, 1u) << "it was looked up on a shard";
    auto wrong = tested->spawn(look_up("name with spaces", "80"), pinned{0});
    const auto refused = std::move(wrong).get().second;
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(&refused.error().category(), &net::resolve_category());
    EXPECT_EQ(refused.error().value(), EAI_NONAME) << refused.error().message();
}

} // namespace
} // namespace spargio
