// spargio-echo-peer: sends back what it gets, byte by byte as it comes (W6).
//
// A process of its own, the same for every backend, so that the CPU account of a backend holds its own work
// only. Blocking sockets and one thread a connection: what needs no tuning, and no runtime that could be
// somebody's rival. Connections beyond the first few hundred share one thread, which waits for them with epoll:
// several peers may run at once, and no machine has threads for thousands of connections of each. How it says
// its port, and when it ends: peer_program.hpp.
//
//     spargio-echo-peer [PARENT]      PARENT: process id with which it dies, even by SIGKILL
#include "workloads/peer/echo_peer/chunk.hpp"
#include "workloads/peer/echo_peer/shared_echo.hpp"
#include "workloads/peer/peer_program/peer_program.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <span>

namespace {

using namespace bench::echo_peer;
using namespace bench::peer_program;

// A connection's thread holds one chunk and little else; thousands of them are to fit.
constexpr std::size_t stack_bytes = chunk_bytes + 64 * 1024;

/// Until the other side has closed its direction, or the connection breaks.
void echo(int socket) {
    std::array<char, chunk_bytes> chunk;
    for (;;) {
        const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || !send_all(socket, std::span(chunk).first(static_cast<std::size_t>(got)))) break;
    }
    ::close(socket);
}

constexpr int most_threads = 300; // as many streams as a workload moves at once, and some
std::atomic<int> threads{0};

void* serve(void* argument) {
    echo(as_socket(argument));
    --threads;
    return nullptr;
}

void serve_on_a_thread(int socket) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t thread{};
    ++threads;
    if (::pthread_create(&thread, &attributes, serve, as_argument(socket)) != 0) {
        --threads;
        echo_beside_others(socket);
    }
    ::pthread_attr_destroy(&attributes);
}

void serve_anyhow(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (threads < most_threads)
        serve_on_a_thread(socket);
    else
        echo_beside_others(socket);
}

void* accept_for_ever(void* argument) {
    const int listener = as_socket(argument);
    for (;;) {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) {
            serve_anyhow(socket);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000}; // others will close theirs
            ::nanosleep(&moment, nullptr);
        } else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) {
            fail("accept");
        } // everything else is the end of one connection
    }
}

} // namespace

int main(int count, char** arguments) {
    obey_arguments(count, arguments);
    raise_file_limit();
    const int listener = listen_on_loopback();
    start_shared_echo();
    start_thread(accept_for_ever, as_argument(listener));
    live(listener);
}
