// What new TCP streams are like before anybody has set an option.
#include <spargio/spargio.hpp>

#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <utility>

#include <sys/socket.h>

namespace spargio {
namespace {

/// Both ends of a new connection: whether each sends small writes at once.
class both_ends {
public:
    both_ends(bool connecting, bool accepting) noexcept : connected(connecting), accepted(accepting) {}
    friend bool operator==(const both_ends&, const both_ends&) = default;
    bool connected;
    bool accepted;
};

task<both_ends> ends_of(const net::tcp_listener& listener, bool by_stream, net::connect_options options) {
    auto connecting = spawn(net::tcp_stream::connect(value_of(listener.local_address()), options), pinned{0});
    if (by_stream) {
        auto incoming = listener.accept_stream();
        auto came = co_await incoming.next();
        const net::tcp_stream server(value_of(std::move(came)));
        auto client = co_await std::move(connecting);
        co_return both_ends(value_of(client->no_delay()), value_of(server.no_delay()));
    }
    auto came = co_await listener.accept();
    auto client = co_await std::move(connecting);
    co_return both_ends(value_of(client->no_delay()), value_of(came->no_delay()));
}

task<int> look_at_both_ends(net::address_family family, bool by_stream) {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0, family));
    const net::tcp_listener listener = value_of(std::move(bound));
    if (const auto ends = co_await ends_of(listener, by_stream, {}); ends != both_ends(true, true)) co_return 1;
    net::connect_options gather;
    gather.no_delay = false;
    if (const auto ends = co_await ends_of(listener, by_stream, gather); ends != both_ends(false, true))
        co_return 2;
    net::listen_options gathered;
    gathered.no_delay = false;
    auto other = co_await net::tcp_listener::bind(net::endpoint::loopback(0, family), gathered);
    if (const auto ends = co_await ends_of(*other, by_stream, {}); ends != both_ends(true, false)) co_return 3;
    co_return 0;
}

TEST(R42, a_new_stream_sends_small_writes_at_once_unless_it_is_told_otherwise) {
    for (const auto family : {net::address_family::v4, net::address_family::v6})
        for (const bool by_stream : {false, true})
            EXPECT_EQ(run({.shards = 1}, [=] { return look_at_both_ends(family, by_stream); }), 0) << by_stream;
}

file_descriptor listening_socket() {
    file_descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto at = net::endpoint::loopback(0);
    EXPECT_EQ(::bind(made.get(), at.data(), at.size()), 0);
    EXPECT_EQ(::listen(made.get(), 16), 0);
    return made;
}

task<int> adopt_listeners() {
    const net::tcp_listener usual(listening_socket());
    if (const auto ends = co_await ends_of(usual, false, {}); ends != both_ends(true, true)) co_return 1;
    const net::tcp_listener untouched(listening_socket(), false);
    if (const auto ends = co_await ends_of(untouched, false, {}); ends != both_ends(true, false)) co_return 2;
    co_return 0;
}

TEST(R42, a_listener_that_was_taken_over_gives_such_streams_too) {
    EXPECT_EQ(run({.shards = 1}, [] { return adopt_listeners(); }), 0);
}

} // namespace
} // namespace spargio
