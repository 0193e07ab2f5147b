#include "workloads/ground/control_connection.hpp"

#include "workloads/peer/peer_connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace bench {

control_connection::control_connection() : socket_(connect_to_peer()) {}

control_connection::~control_connection() { ::close(socket_); }

bool control_connection::send(const void* bytes, std::size_t count) const {
    // A blocking socket takes all, or says why not (send(2)).
    return ::send(socket_, bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
}

bool control_connection::receive(void* bytes, std::size_t count) const {
    ssize_t got = 0;
    do {
        got = ::recv(socket_, bytes, count, MSG_WAITALL);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(count);
}

void control_connection::fail(std::exception_ptr reason) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(reason);
    }
    ::shutdown(socket_, SHUT_RDWR); // receive() waits there
}

void control_connection::throw_failure() {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
}

} // namespace bench
