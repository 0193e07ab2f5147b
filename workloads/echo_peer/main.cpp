// spargio-echo-peer: sends back what it gets, byte by byte as it comes (W6).
//
// A process of its own, the same for every backend, so that the CPU account of a backend holds its own work
// only. Blocking sockets and one thread a connection: what needs no tuning, and no runtime that could be
// somebody's rival. Connections beyond the first few hundred share one thread, which waits for them with epoll:
// several peers may run at once, and no machine has threads for thousands of connections of each. It listens on
// 127.0.0.1 and a port that the kernel chooses, writes that port to its standard output as one line, and lives
// as long as its standard input is open (P23).
//
//     spargio-echo-peer [PARENT]      PARENT: process id with which it dies, even by SIGKILL
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;
// A connection's thread holds one chunk and little else; thousands of them are to fit.
constexpr std::size_t stack_bytes = chunk_bytes + 64 * 1024;

[[noreturn]] void fail(std::string_view what) {
    const std::string text = "spargio-echo-peer: " + std::string(what) + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(1);
}

bool send_all(int socket, const char* bytes, std::size_t left) {
    while (left > 0) {
        const ssize_t sent = ::send(socket, bytes, left, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        left -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// Until the other side has closed its direction, or the connection breaks.
void echo(int socket) {
    std::array<char, chunk_bytes> chunk;
    for (;;) {
        const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || !send_all(socket, chunk.data(), static_cast<std::size_t>(got))) break;
    }
    ::close(socket);
}

constexpr int most_threads = 300; // as many streams as a workload moves at once, and some
std::atomic<int> threads{0};
int many = -1; // epoll(7) of the connections that have no thread

void* serve(void* argument) {
    echo(static_cast<int>(reinterpret_cast<std::intptr_t>(argument)));
    --threads;
    return nullptr;
}

/// What has come on a connection that is ready. Closed, it leaves the set by itself.
void echo_once(int socket) {
    static std::array<char, chunk_bytes> chunk; // of the one thread that serves many
    const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0 || !send_all(socket, chunk.data(), static_cast<std::size_t>(got))) ::close(socket);
}

void* serve_many(void*) {
    for (;;) {
        std::array<epoll_event, 256> ready;
        const int count = ::epoll_wait(many, ready.data(), static_cast<int>(ready.size()), -1);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < count; ++i) echo_once(ready[static_cast<std::size_t>(i)].data.fd);
    }
}

void serve_beside_others(int socket) {
    epoll_event what{};
    what.events = EPOLLIN;
    what.data.fd = socket;
    if (::epoll_ctl(many, EPOLL_CTL_ADD, socket, &what) != 0) ::close(socket); // the client sees it at once
}

void serve_on_a_thread(int socket) {
    pthread_attr_t how;
    ::pthread_attr_init(&how);
    ::pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&how, stack_bytes);
    pthread_t thread{};
    void* const argument = reinterpret_cast<void*>(static_cast<std::intptr_t>(socket));
    ++threads;
    if (::pthread_create(&thread, &how, serve, argument) != 0) {
        --threads;
        serve_beside_others(socket);
    }
    ::pthread_attr_destroy(&how);
}

void serve_anyhow(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (threads < most_threads)
        serve_on_a_thread(socket);
    else
        serve_beside_others(socket);
}

void* accept_for_ever(void* argument) {
    const int listener = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
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

void start_thread(void* (*what)(void*), void* argument) {
    pthread_t thread{};
    if (const int error = ::pthread_create(&thread, nullptr, what, argument); error != 0) {
        errno = error;
        fail("cannot start a thread");
    }
}

int listen_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), length) != 0) fail("bind to 127.0.0.1");
    if (::listen(listener, SOMAXCONN) != 0) fail("listen");
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length) != 0) fail("getsockname");
    port = ::ntohs(at.sin_port);
    return listener;
}

void die_with(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1); // it had died before the line above
}

/// As many files as the administrator allows: a connection is one.
void raise_file_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

std::optional<pid_t> parent_of(int count, char** arguments) {
    if (count < 2) return std::nullopt;
    const std::string_view text = arguments[1];
    pid_t parent = 0;
    if (count > 2 ||
        std::from_chars(text.data(), text.data() + text.size(), parent).ptr != text.data() + text.size()) {
        errno = EINVAL;
        fail("use: spargio-echo-peer [PROCESS ID OF THE PARENT]");
    }
    return parent;
}

} // namespace

int main(int count, char** arguments) {
    if (const auto parent = parent_of(count, arguments)) die_with(*parent);
    raise_file_limit();
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    many = ::epoll_create1(EPOLL_CLOEXEC);
    if (many < 0) fail("epoll_create1");
    void* const argument = reinterpret_cast<void*>(static_cast<std::intptr_t>(listener));
    start_thread(serve_many, nullptr);
    start_thread(accept_for_ever, argument);
    const auto line = std::to_string(port) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        fail("write the port");
    ::close(STDOUT_FILENO);
    std::array<char, 64> ignored;
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, ignored.data(), ignored.size());
        if (got == 0 || (got < 0 && errno != EINTR))
            ::_exit(0); // with all connections, whatever they are doing
    }
}
