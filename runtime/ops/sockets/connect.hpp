// IORING_OP_CONNECT (kernel 5.5; connect(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class connect_request {
public:
    using value_type = void;

    connect_request(int socket, const sockaddr* to, socklen_t bytes) noexcept
        : socket_(socket), to_(to), bytes_(bytes) {}

    void prepare(io_uring_sqe& entry) const noexcept { io_uring_prep_connect(&entry, socket_, to_, bytes_); }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int socket_;
    const sockaddr* to_;
    socklen_t bytes_;
};

/// Connects a socket. Cancelled, the attempt may still be going on in the kernel: close the socket. Borrows
/// `to`.
[[nodiscard]] inline operation<connect_request> connect(int socket, const sockaddr* to,
                                                        socklen_t bytes) noexcept {
    return operation<connect_request>(connect_request(socket, to, bytes));
}

} // namespace spargio::ops
