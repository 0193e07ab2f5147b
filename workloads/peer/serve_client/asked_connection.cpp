#include "workloads/peer/serve_client/asked_connection.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bench::serve_client {
namespace {

/// As the sessions' side has them (peer_connection.hpp): all that may be under way fits.
constexpr int buffer_bytes = 256 * 1024;

bool set_options(int socket) {
    const int on = 1;
    return ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes) == 0 &&
           ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes) == 0;
}

} // namespace

asked_connection::asked_connection(std::size_t answer_bytes, std::size_t depth)
    : answer_bytes_(answer_bytes), under_way_(depth), came_(answer_bytes * depth + 1) {}

asked_connection::~asked_connection() {
    if (socket_ < 0) return;
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(socket_);
}

bool asked_connection::open(std::uint16_t port) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || !set_options(socket_)) return false;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
           ::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0;
}

void asked_connection::note(const asked_request& request) noexcept {
    under_way_[(oldest_ + count_) % under_way_.size()] = request;
    ++count_;
}

bool asked_connection::send(std::span<const std::byte> requests) const {
    const ssize_t sent = ::send(socket_, requests.data(), requests.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(requests.size())) return true;
    if (sent >= 0 || errno == EAGAIN) errno = EMSGSIZE;
    return false;
}

bool asked_connection::receive() {
    // What next_answer() left is the beginning of an answer.
    std::memmove(came_.data(), came_.data() + taken_, got_ - taken_);
    got_ -= taken_;
    taken_ = 0;
    const ssize_t count = ::recv(socket_, came_.data() + got_, came_.size() - got_, 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    got_ += static_cast<std::size_t>(count);
    if (count != 0 && got_ <= count_ * answer_bytes_) return true;
    errno = EPROTO;
    return false;
}

std::span<const std::byte> asked_connection::next_answer() noexcept {
    if (got_ - taken_ < answer_bytes_) return {};
    answered_ = under_way_[oldest_];
    oldest_ = (oldest_ + 1) % under_way_.size();
    --count_;
    return std::span(came_).subspan(std::exchange(taken_, taken_ + answer_bytes_), answer_bytes_);
}

} // namespace bench::serve_client
