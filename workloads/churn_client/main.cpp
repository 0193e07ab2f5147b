// spargio-churn-client: makes the short connections of net/churn (W37).
//
// A process of its own, the same for every backend, so that the CPU account of a backend holds its own work
// only. It listens on 127.0.0.1 and a port that the kernel chooses, writes that port to its standard output as
// one line, and lives as long as its standard input is open (P23). Who connects there tells it what to do, by
// the words of workloads/churn.hpp.
//
//     spargio-churn-client [PARENT]      PARENT: process id with which it dies, even by SIGKILL
#include "workloads/churn.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using bench::churn_answer;
using bench::churn_request;

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
/// A frame, and the place where one byte too many would stand.
using frame = std::array<std::byte, bench::most_churn_frame_bytes + 1>;

[[noreturn]] void fail(std::string_view what) {
    const std::string text = "spargio-churn-client: " + std::string(what) + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(1);
}

/// A socket that is reset when it goes: no TIME_WAIT (churn.hpp).
class connection {
public:
    connection() = default;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { reset(); }

    /// Whether it is there. Sends the frame at once.
    bool open(std::uint16_t port, const std::byte* bytes, std::size_t count) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_ < 0) return false;
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return false;
        return ::send(socket_, bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
    }
    /// Everything up to the end, at most as much as there is room for.
    ssize_t receive_to_end(frame& into, std::size_t count) const {
        return ::recv(socket_, into.data(), count + 1, MSG_WAITALL);
    }
    void reset() {
        if (socket_ < 0) return;
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(socket_);
        socket_ = -1;
    }

private:
    int socket_ = -1;
};

/// The connections of one request: a window of them open, the oldest one waited for.
class work {
public:
    explicit work(const churn_request& request) : request_(request), open_(request.window) {}

    churn_answer run() {
        for (std::uint64_t next = 0; next < request_.connections; ++next) {
            if (next >= request_.window && !finish(next - request_.window)) return answer_;
            if (!begin(next)) return answer_;
        }
        const std::uint64_t left = std::min(request_.window, request_.connections);
        for (std::uint64_t i = request_.connections - left; i < request_.connections; ++i)
            if (!finish(i)) break;
        return answer_;
    }

private:
    bool begin(std::uint64_t number) {
        const std::uint64_t first = bench::churn_first_word(request_.seed, number);
        for (std::size_t at = 0; at < request_.frame_bytes; at += word_bytes) {
            const std::uint64_t word = first + at / word_bytes;
            std::memcpy(frame_.data() + at, &word, word_bytes);
        }
        const auto port = request_.ports[bench::churn_listener_of(request_.seed, number)];
        return open_[number % request_.window].open(static_cast<std::uint16_t>(port), frame_.data(),
                                                    request_.frame_bytes) ||
               give_up(errno);
    }

    bool finish(std::uint64_t number) {
        auto& one = open_[number % request_.window];
        const ssize_t got = one.receive_to_end(frame_, request_.frame_bytes);
        if (got < 0) return give_up(errno);
        if (static_cast<std::uint64_t>(got) != request_.frame_bytes) return give_up(EPROTO);
        one.reset();
        std::uint64_t sum = 0;
        for (std::size_t at = 0; at < request_.frame_bytes; at += word_bytes) {
            std::uint64_t word = 0;
            std::memcpy(&word, frame_.data() + at, word_bytes);
            sum += word;
        }
        answer_.checksum += bench::churn_checksum(sum, number);
        ++answer_.connections;
        return true;
    }

    bool give_up(int error) {
        answer_.error = static_cast<std::uint64_t>(error);
        return false;
    }

    const churn_request request_;
    std::vector<connection> open_;
    frame frame_{};
    churn_answer answer_{};
};

bool makes_sense(const churn_request& request) {
    for (std::size_t i = 0; i < request.ports.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (request.ports[i] == request.ports[j]) return false; // four listeners are wanted
    return request.window != 0 && request.frame_bytes != 0 && request.frame_bytes % word_bytes == 0 &&
           request.frame_bytes <= bench::most_churn_frame_bytes;
}

/// Until the session closes.
void* obey(void* argument) {
    const int control = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
    churn_request request{};
    while (::recv(control, &request, sizeof request, MSG_WAITALL) == static_cast<ssize_t>(sizeof request)) {
        churn_answer answer{.connections = 0, .checksum = 0, .error = EINVAL};
        if (makes_sense(request)) answer = work(request).run();
        if (::send(control, &answer, sizeof answer, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof answer)) break;
    }
    ::close(control);
    return nullptr;
}

void* accept_for_ever(void* argument) {
    const int listener = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
    for (;;) {
        const int control = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (control < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            fail("accept");
        }
        pthread_t thread{};
        void* const given = reinterpret_cast<void*>(static_cast<std::intptr_t>(control));
        if (::pthread_create(&thread, nullptr, obey, given) != 0)
            ::close(control); // the session sees it at once
        else
            ::pthread_detach(thread);
    }
}

int listen_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), length) != 0) fail("bind to 127.0.0.1");
    if (::listen(listener, SOMAXCONN) != 0) fail("listen");
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length) != 0) fail("getsockname");
    port = ntohs(at.sin_port);
    return listener;
}

void die_with(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1); // it had died before the line above
}

std::optional<pid_t> parent_of(int count, char** arguments) {
    if (count < 2) return std::nullopt;
    const std::string_view text = arguments[1];
    pid_t parent = 0;
    if (count > 2 ||
        std::from_chars(text.data(), text.data() + text.size(), parent).ptr != text.data() + text.size()) {
        errno = EINVAL;
        fail("use: spargio-churn-client [PROCESS ID OF THE PARENT]");
    }
    return parent;
}

} // namespace

int main(int count, char** arguments) {
    if (const auto parent = parent_of(count, arguments)) die_with(*parent);
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    pthread_t acceptor{};
    void* const argument = reinterpret_cast<void*>(static_cast<std::intptr_t>(listener));
    if (const int error = ::pthread_create(&acceptor, nullptr, accept_for_ever, argument); error != 0) {
        errno = error;
        fail("cannot start a thread");
    }
    const auto line = std::to_string(port) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        fail("write the port");
    ::close(STDOUT_FILENO);
    std::array<char, 64> ignored;
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, ignored.data(), ignored.size());
        if (got == 0 || (got < 0 && errno != EINTR)) ::_exit(0); // whatever it is doing
    }
}
