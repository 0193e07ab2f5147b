#include "workloads/peer/echo_peer/shared_echo.hpp"

#include "workloads/peer/echo_peer/chunk.hpp"
#include "workloads/peer/peer_program/peer_program.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

namespace bench::echo_peer {
namespace {

int connections = -1; // epoll(7)

/// What has come on a connection that is ready. Closed, it leaves the set by itself.
void echo_once(int socket) {
    static std::array<char, chunk_bytes> chunk; // of the one thread that serves many
    const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0 || !send_all(socket, std::span(chunk).first(static_cast<std::size_t>(got)))) ::close(socket);
}

void* serve(void*) {
    for (;;) {
        std::array<epoll_event, 256> ready;
        const int count = ::epoll_wait(connections, ready.data(), static_cast<int>(ready.size()), -1);
        if (count < 0 && errno != EINTR) peer_program::fail("epoll_wait");
        for (int i = 0; i < count; ++i) echo_once(ready[static_cast<std::size_t>(i)].data.fd);
    }
}

} // namespace

void start_shared_echo() {
    connections = ::epoll_create1(EPOLL_CLOEXEC);
    if (connections < 0) peer_program::fail("epoll_create1");
    peer_program::start_thread(serve, nullptr);
}

void echo_beside_others(int socket) {
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.fd = socket;
    if (::epoll_ctl(connections, EPOLL_CTL_ADD, socket, &interest) != 0)
        ::close(socket); // the client sees it at once
}

} // namespace bench::echo_peer
