#include "tests/conformance/played_session.hpp"

#include "workloads/peer/peer_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <utility>

namespace conformance {
namespace {

/// The kernel's work on a ring of this thread interrupts a call with a time-out, which is not begun again
/// (signal(7)).
ssize_t receive_some(int socket, std::span<std::byte> into) {
    ssize_t count = 0;
    do {
        count = ::recv(socket, into.data(), into.size(), 0);
    } while (count < 0 && errno == EINTR);
    return count;
}

} // namespace

raw_client::raw_client(std::uint64_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("the server does not listen");
    const timeval patience{.tv_sec = patience_s, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

raw_client::~raw_client() { ::close(socket_); }

void raw_client::send(const void* bytes, std::size_t count) const {
    [[maybe_unused]] const ssize_t sent = ::send(socket_, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool raw_client::receive(std::span<std::byte> into) const {
    while (!into.empty()) {
        const ssize_t count = receive_some(socket_, into);
        if (count <= 0) return false;
        into = into.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

bool raw_client::is_at_end() const {
    std::byte more{};
    const ssize_t count = receive_some(socket_, {&more, 1});
    return count == 0 || (count < 0 && errno == ECONNRESET);
}

void raw_client::end_sending() const { ::shutdown(socket_, SHUT_WR); }

void raw_client::set_reset() const {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

played_session::played_session(const combination& one) {
    bench::set_peer_port(control_.port());
    auto made = one.runtime->open(*one.asked, one.values, one.knobs);
    if (!made) {
        refusal_ = made.error().reason;
        return;
    }
    session_ = *std::move(made);
    socket_ = ::accept(control_.socket(), nullptr, nullptr);
}

/// Also when a test ends early: the slice ends before its thread is joined.
played_session::~played_session() {
    if (running_.joinable()) {
        ::shutdown(socket_, SHUT_RDWR);
        running_.join();
    }
    close();
    if (socket_ >= 0) ::close(socket_);
    bench::set_peer_port(std::nullopt);
}

const bench::serve_request& played_session::begin() {
    running_ = std::jthread([this] {
        try {
            said_ = session_->run({.iterations = 1, .seed = 7}, latencies_);
        } catch (const std::exception& error) {
            complaint_ = error.what();
        }
    });
    if (::recv(socket_, &request_, sizeof request_, MSG_WAITALL) != static_cast<ssize_t>(sizeof request_))
        throw std::runtime_error("the session asks for nothing");
    return request_;
}

bench::slice_outcome played_session::end(const bench::serve_answer& answer) {
    const ssize_t sent = ::send(socket_, &answer, sizeof answer, MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(sizeof answer)) throw std::runtime_error("the session has gone");
    running_.join();
    if (!complaint_.empty()) throw std::runtime_error(complaint_);
    return said_;
}

void played_session::close() { session_.reset(); }

} // namespace conformance
