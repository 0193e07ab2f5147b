// W6: what listens for a session that serves itself.
#include "workloads/own_listener.hpp"
#include "workloads/peer_address.hpp"
#include "workloads/peer_connection.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace {

using namespace bench;

int option(int socket, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    EXPECT_EQ(::getsockopt(socket, level, name, &value, &length), 0);
    return value;
}

TEST(own_listener, W6_both_ends_of_its_connections_have_the_options_of_one_to_the_peer) {
    const own_listener listener;
    const int client = connect_to_peer(listener.port());
    const int server = listener.accept();
    for (const int end : {client, server}) {
        EXPECT_EQ(option(end, IPPROTO_TCP, TCP_NODELAY), 1);
        // Doubled by the kernel for its own bookkeeping (socket(7)), or cut to its limit.
        EXPECT_EQ(option(end, SOL_SOCKET, SO_SNDBUF), option(client, SOL_SOCKET, SO_SNDBUF));
        EXPECT_EQ(option(end, SOL_SOCKET, SO_RCVBUF), option(client, SOL_SOCKET, SO_RCVBUF));
        ::close(end);
    }
}

TEST(own_listener, W6_needs_no_peer_and_gives_none_to_others) {
    ASSERT_EQ(peer_port(), std::nullopt);
    const own_listener listener;
    EXPECT_EQ(peer_port(), std::nullopt);
    EXPECT_THROW(static_cast<void>(connect_to_peer()), std::runtime_error);
}

} // namespace
