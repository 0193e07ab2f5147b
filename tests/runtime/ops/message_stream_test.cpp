// Streams of messages: sockets of datagrams and SOCK_SEQPACKET, where a message may have no bytes.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

struct message_sockets {
    file_descriptor ours;
    file_descriptor theirs;
};

message_sockets unix_pair(int type) {
    std::array<int, 2> numbers{};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, numbers.data()) != 0)
        throw std::runtime_error("socketpair");
    return {file_descriptor(numbers[0]), file_descriptor(numbers[1])};
}

sockaddr_in loopback_of(const file_descriptor& socket) {
    sockaddr_in address{};
    socklen_t bytes = sizeof(address);
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &bytes) != 0)
        throw std::runtime_error("getsockname");
    return address;
}

message_sockets inet_pair() {
    message_sockets made;
    for (file_descriptor* each : {&made.ours, &made.theirs}) {
        *each = file_descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(each->get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("bind");
    }
    for (const auto& [from, to] : {std::pair(&made.ours, &made.theirs), std::pair(&made.theirs, &made.ours)}) {
        const sockaddr_in address = loopback_of(*to);
        if (::connect(from->get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("connect");
    }
    return made;
}

void send_sizes(const file_descriptor& socket, const std::vector<std::size_t>& sizes) {
    const std::array<std::byte, 9> letters{};
    for (const std::size_t each : sizes)
        if (::send(socket.get(), letters.data(), each, MSG_NOSIGNAL) != static_cast<ssize_t>(each))
            throw std::runtime_error("send");
}

task<io_result<std::string>> next_of(ops::receive_stream& incoming) {
    auto piece = co_await incoming.next();
    if (!piece) co_return std::unexpected(piece.error());
    co_return piece->empty() && incoming.has_ended() ? std::string("end") : std::to_string(piece->size());
}

/// What so many calls of next() give: sizes, and "end".
task<std::string> sizes_of(ops::receive_stream& incoming, int count) {
    std::string sizes;
    for (int i = 0; i < count; ++i) {
        auto came = co_await timeout(10s, next_of(incoming));
        sizes += came ? *came : came.error().message();
    }
    co_return sizes;
}

task<std::string> empty_datagrams(message_sockets pair) {
    ops::receive_stream incoming(pair.ours.get());
    send_sizes(pair.theirs, {1, 0, 0, 3, 0, 2}); // they are there when the stream begins
    std::string seen = co_await sizes_of(incoming, 6);
    auto none = co_await timeout(2ms, next_of(incoming));
    seen += none ? '?' : ',';
    for (const std::size_t size : {0U, 4U, 0U}) { // it waits for them
        auto waits = spawn(sizes_of(incoming, 1), pinned{0});
        co_await yield();
        send_sizes(pair.theirs, {size});
        seen += co_await std::move(waits);
    }
    send_sizes(pair.theirs, {0});
    auto empty = co_await incoming.next_segments();
    seen += empty && empty->empty() && !incoming.has_ended() ? ",0," : ",?";
    send_sizes(pair.theirs, {5});
    seen += co_await sizes_of(incoming, 1);
    co_return seen;
}

TEST(R30, a_datagram_of_no_bytes_is_a_piece_and_not_the_end) {
    for (const auto bundles : {feature_use::best, feature_use::off}) {
        const runtime_options options{.shards = 1, .receive_bundles = bundles};
        EXPECT_EQ(run(options, [] { return empty_datagrams(unix_pair(SOCK_DGRAM)); }), "100302,040,0,5");
        EXPECT_EQ(run(options, [] { return empty_datagrams(inet_pair()); }), "100302,040,0,5");
    }
}

task<std::string> empty_packets(message_sockets pair, std::vector<std::size_t> sizes, int count) {
    ops::receive_stream incoming(pair.ours.get());
    send_sizes(pair.theirs, sizes);
    pair.theirs.reset();
    co_return co_await sizes_of(incoming, count);
}

TEST(R30, a_packet_of_no_bytes_is_a_piece_where_others_follow_and_the_end_is_the_end) {
    EXPECT_EQ(run({.shards = 1},
                  [] {
                      return empty_packets(unix_pair(SOCK_SEQPACKET), {1, 0, 3}, 5);
                  }),
              "103endend");
    EXPECT_EQ(run({.shards = 1}, [] { return empty_packets(unix_pair(SOCK_SEQPACKET), {0, 2}, 3); }), "02end");
    EXPECT_EQ(run({.shards = 1}, [] { return empty_packets(unix_pair(SOCK_SEQPACKET), {}, 1); }), "end");
    EXPECT_EQ(run({.shards = 1}, [] { return empty_packets(unix_pair(SOCK_STREAM), {2}, 2); }), "2end");
}

} // namespace
} // namespace spargio
