// IORING_OP_SENDMSG from several buffers to a connected socket (kernel 5.3; sendmsg(2)).
#pragma once

#include <spargio/ops/detail/operation_tried_first.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops {

class sendv_request {
public:
    using value_type = std::size_t;

    sendv_request(int socket, std::span<const iovec> parts, int flags) noexcept
        : socket_(socket), parts_(parts), flags_(flags) {}

    void prepare(io_uring_sqe& entry) noexcept {
        message_.msg_iov = const_cast<iovec*>(parts_.data()); // which sendmsg(2) does not write to
        message_.msg_iovlen = parts_.size();
        io_uring_prep_sendmsg(&entry, socket_, &message_, static_cast<unsigned>(flags_ | MSG_NOSIGNAL));
    }
    /// See operation_tried_first.hpp.
    [[nodiscard]] ssize_t try_now() noexcept {
        message_.msg_iov = const_cast<iovec*>(parts_.data()); // which sendmsg(2) does not write to
        message_.msg_iovlen = parts_.size();
        return ::sendmsg(socket_, &message_, flags_ | MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<const iovec> parts_;
    int flags_;
    msghdr message_{};
};

/// Sends from several buffers, one after the other, at most 1,024 of them (EMSGSIZE above). Gives the bytes
/// that the socket took, waiting for room for the first; with MSG_WAITALL for room for all. For sockets: a
/// non-blocking one would answer ops::writev() with EAGAIN. Never raises SIGPIPE. Borrows the list and the
/// buffers.
[[nodiscard]] inline operation<sendv_request> sendv(int socket, std::span<const iovec> parts,
                                                    int flags = 0) noexcept {
    return operation<sendv_request>(sendv_request(socket, parts, flags));
}

/// As sendv(), tried on the spot by sendmsg(2) with MSG_DONTWAIT.
[[nodiscard]] inline auto sendv_at_once(int socket, std::span<const iovec> parts, int flags = 0) noexcept {
    return operation<detail::tried_first<sendv_request>>(
        detail::tried_first<sendv_request>(socket, parts, flags));
}

} // namespace spargio::ops
