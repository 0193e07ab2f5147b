// spargio-churn-client: makes the short connections of net/churn (W37).
//
// A process of its own, the same for every backend, so that the CPU account of a backend holds its own work
// only. The backend connects to the port that it says (peer_program.hpp) and tells it what to do, by the words
// of workloads/cases/churn.hpp.
//
//     spargio-churn-client [PARENT]      PARENT: process id with which it dies, even by SIGKILL
#include "workloads/cases/churn.hpp"
#include "workloads/peer/peer_program/peer_program.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

using bench::churn_answer;
using bench::churn_request;
using namespace bench::peer_program;

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
/// A frame, and the place where one byte too many would stand.
using frame = std::array<std::byte, bench::most_churn_frame_bytes + 1>;

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
    const int control = as_socket(argument);
    churn_request request{};
    while (::recv(control, &request, sizeof request, MSG_WAITALL) == static_cast<ssize_t>(sizeof request)) {
        churn_answer answer{.connections = 0, .checksum = 0, .error = EINVAL};
        if (makes_sense(request)) answer = work(request).run();
        if (::send(control, &answer, sizeof answer, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof answer)) break;
    }
    ::close(control);
    return nullptr;
}

void* accept_all(void* argument) { accept_for_ever(as_socket(argument), obey); }

} // namespace

int main(int count, char** arguments) {
    obey_arguments(count, arguments);
    const int listener = listen_on_loopback();
    start_thread(accept_all, as_argument(listener));
    live(listener);
}
