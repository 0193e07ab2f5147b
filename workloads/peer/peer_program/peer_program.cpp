#include "workloads/peer/peer_program/peer_program.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

namespace bench::peer_program {

void fail(std::string_view problem) {
    const std::string text = std::string(::program_invocation_short_name) + ": " + std::string(problem) + ": " +
                             std::strerror(errno) + "\n";
    [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(1);
}

void obey_arguments(int count, char** arguments) {
    if (count < 2) return;
    const std::string_view text = arguments[1];
    const char* const end = text.data() + text.size();
    pid_t parent = 0;
    if (count > 2 || std::from_chars(text.data(), end, parent).ptr != end) {
        errno = EINVAL;
        fail("use: " + std::string(::program_invocation_short_name) + " [PROCESS ID OF THE PARENT]");
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1); // it had died before the line above
}

void raise_file_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

int listen_on_loopback() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) fail("bind to 127.0.0.1");
    if (::listen(listener, SOMAXCONN) != 0) fail("listen");
    return listener;
}

void start_thread(void* (*body)(void*), void* argument) {
    pthread_t thread{};
    if (const int error = ::pthread_create(&thread, nullptr, body, argument); error != 0) {
        errno = error;
        fail("cannot start a thread");
    }
}

void* as_argument(int socket) { return reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)); }

int as_socket(void* argument) { return static_cast<int>(reinterpret_cast<std::intptr_t>(argument)); }

void accept_for_ever(int listener, void* (*body)(void*)) {
    for (;;) {
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            fail("accept");
        }
        pthread_t thread{};
        if (::pthread_create(&thread, nullptr, body, as_argument(connection)) != 0)
            ::close(connection); // the other side sees it at once
        else
            ::pthread_detach(thread);
    }
}

void live(int listener) {
    sockaddr_in at{};
    socklen_t length = sizeof at;
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length) != 0) fail("getsockname");
    const auto line = std::to_string(ntohs(at.sin_port)) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        fail("write the port");
    ::close(STDOUT_FILENO);
    std::array<char, 64> ignored;
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, ignored.data(), ignored.size());
        if (got == 0 || (got < 0 && errno != EINTR)) ::_exit(0);
    }
}

} // namespace bench::peer_program
