#include "workloads/peer/loopback_listener.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace bench {
namespace {

constexpr int backlog = 4096;

std::uint16_t listen_on_loopback(int socket) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(socket, address, length) != 0 || ::listen(socket, backlog) != 0 ||
        ::getsockname(socket, address, &length) != 0)
        throw std::system_error(errno, std::system_category(), "listening on 127.0.0.1");
    return ntohs(at.sin_port);
}

} // namespace

loopback_listener::loopback_listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) throw std::system_error(errno, std::system_category(), "socket");
    try {
        port_ = listen_on_loopback(socket_);
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

loopback_listener::loopback_listener(loopback_listener&& other) noexcept
    : socket_(other.take()), port_(other.port_) {}

loopback_listener::~loopback_listener() {
    if (socket_ >= 0) ::close(socket_);
}

int loopback_listener::take() noexcept { return std::exchange(socket_, -1); }

} // namespace bench
