// IORING_OP_SENDMSG (kernel 5.3; sendmsg(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstddef>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class sendmsg_request {
public:
    using value_type = std::size_t;

    sendmsg_request(int socket, const msghdr& message, int flags) noexcept
        : socket_(socket), message_(&message), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_sendmsg(&entry, socket_, message_, static_cast<unsigned>(flags_ | MSG_NOSIGNAL));
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    const msghdr* message_;
    int flags_;
};

/// Sends a message with address, control data and from several buffers, as `message` says (sendmsg(2)); never
/// raises SIGPIPE. Gives the bytes that were taken. Borrows all of it.
[[nodiscard]] inline operation<sendmsg_request> sendmsg(int socket, const msghdr& message,
                                                        int flags = 0) noexcept {
    return operation<sendmsg_request>(sendmsg_request(socket, message, flags));
}

} // namespace spargio::ops
