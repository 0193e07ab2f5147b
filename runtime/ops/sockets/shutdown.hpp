// IORING_OP_SHUTDOWN (kernel 5.11; shutdown(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class shutdown_request {
public:
    using value_type = void;

    shutdown_request(int socket, int direction) noexcept : socket_(socket), direction_(direction) {}

    void prepare(io_uring_sqe& entry) const noexcept { io_uring_prep_shutdown(&entry, socket_, direction_); }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    int socket_;
    int direction_;
};

/// Ends one direction of a connection, or both: SHUT_RD, SHUT_WR, SHUT_RDWR. On a thread of the kernel's.
[[nodiscard]] inline operation<shutdown_request> shutdown(int socket, int direction) noexcept {
    return operation<shutdown_request>(shutdown_request(socket, direction));
}

} // namespace spargio::ops
