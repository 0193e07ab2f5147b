// W6: what listens for a session that serves itself.
#include "workloads/peer/own_listener.hpp"
#include "workloads/peer/peer_address.hpp"
#include "workloads/peer/peer_connection.hpp"

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
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(server, IPPROTO_TCP, TCP_NODELAY), 1);
    // Whatever the kernel made of what was asked for (socket(7)).
    for (const int buffer : {SO_SNDBUF, SO_RCVBUF})
        EXPECT_EQ(option(server, SOL_SOCKET, buffer), option(client, SOL_SOCKET, buffer));
    ::close(client);
    ::close(server);
}

TEST(own_listener, W6_needs_no_peer_and_gives_none_to_others) {
    ASSERT_EQ(peer_port(), std::nullopt);
    const own_listener listener;
    EXPECT_EQ(peer_port(), std::nullopt);
    EXPECT_THROW(static_cast<void>(connect_to_peer()), std::runtime_error);
}

} // namespace
