#include "workloads/peer/peer_connection.hpp"

#include "workloads/peer/peer_address.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

void set(int socket, int level, int name, int value) {
    if (::setsockopt(socket, level, name, &value, sizeof(value)) != 0)
        throw std::system_error(errno, std::system_category(), "setsockopt");
}

void prepare_and_connect(int socket, unsigned short port) {
    set_peer_options(socket);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
        throw std::system_error(errno, std::system_category(), "connecting to the echo peer");
}

} // namespace

unsigned short port_of_peer() {
    const auto port = peer_port();
    if (!port) throw std::runtime_error("no echo peer was started for this workload");
    return *port;
}

void set_peer_options(int socket) {
    set(socket, SOL_SOCKET, SO_SNDBUF, peer_buffer_bytes);
    set(socket, SOL_SOCKET, SO_RCVBUF, peer_buffer_bytes);
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

int connect_to_peer() { return connect_to_peer(port_of_peer()); }

int connect_to_peer(unsigned short port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) throw std::system_error(errno, std::system_category(), "socket");
    try {
        prepare_and_connect(socket, port);
    } catch (...) {
        ::close(socket);
        throw;
    }
    return socket;
}

} // namespace bench
