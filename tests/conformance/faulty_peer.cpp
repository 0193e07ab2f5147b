#include "tests/conformance/faulty_peer.hpp"

#include "workloads/peer/peer_address.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conformance {
namespace {

[[noreturn]] void fail(const char* call) { throw std::system_error(errno, std::system_category(), call); }

int bound_socket() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made < 0 || ::bind(made, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) fail("bind");
    return made;
}

std::uint16_t port_of(int socket) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) != 0) fail("getsockname");
    return ntohs(at.sin_port);
}

/// One connection. Blocking writes: no window of these tests fills two socket buffers.
class echoed_connection {
public:
    explicit echoed_connection(int socket) : socket_(socket) {
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    [[nodiscard]] int socket() const noexcept { return socket_; }

    /// False: it is over and closed.
    bool serve(peer_fault fault, std::size_t limit) {
        std::array<std::byte, 4096> buffer;
        const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (got <= 0) return close_now();
        if (ended_) return true; // read to the end, so that no reset follows the orderly end
        const std::size_t back = std::min(static_cast<std::size_t>(got), limit - echoed_);
        if (back != 0 && ::send(socket_, buffer.data(), back, MSG_NOSIGNAL) != static_cast<ssize_t>(back))
            return close_now();
        echoed_ += back;
        if (echoed_ < limit) return true;
        if (fault == peer_fault::reset) {
            const linger at_once{.l_onoff = 1, .l_linger = 0};
            ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            return close_now();
        }
        ended_ = true;
        ::shutdown(socket_, SHUT_WR);
        return true;
    }
    bool close_now() {
        ::close(socket_);
        return false;
    }

private:
    int socket_;
    std::size_t echoed_ = 0;
    bool ended_ = false;
};

} // namespace

faulty_peer::faulty_peer(peer_fault fault, std::size_t echoed_bytes)
    : fault_(fault), limit_(echoed_bytes), before_(bench::peer_port()), listener_(bound_socket()),
      end_(::eventfd(0, EFD_CLOEXEC)) {
    if (end_ < 0 || ::listen(listener_, 64) != 0) fail("listen");
    bench::set_peer_port(port_of(listener_));
    thread_ = std::thread([this] { serve(); });
}

faulty_peer::~faulty_peer() {
    const std::uint64_t one = 1;
    if (::write(end_, &one, sizeof one) != sizeof one) std::terminate();
    thread_.join();
    ::close(listener_);
    ::close(end_);
    bench::set_peer_port(before_);
}

void faulty_peer::serve() {
    std::vector<echoed_connection> open;
    for (;;) {
        std::vector<pollfd> watched{{end_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& each : open) watched.push_back({each.socket(), POLLIN, 0});
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) std::terminate();
        if (watched[0].revents != 0) break;
        std::vector<echoed_connection> still;
        for (std::size_t i = 0; i < open.size(); ++i)
            if (watched[i + 2].revents == 0 || open[i].serve(fault_, limit_)) still.push_back(open[i]);
        open = std::move(still);
        if (watched[1].revents != 0)
            if (const int made = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); made >= 0) {
                if (fault_ == peer_fault::leave)
                    ::close(made);
                else
                    open.emplace_back(made);
            }
    }
    for (auto& each : open) each.close_now();
}

absent_peer::absent_peer() : before_(bench::peer_port()), bound_(bound_socket()) {
    bench::set_peer_port(port_of(bound_));
}

absent_peer::~absent_peer() {
    ::close(bound_);
    bench::set_peer_port(before_);
}

} // namespace conformance
