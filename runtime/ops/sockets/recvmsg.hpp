// IORING_OP_RECVMSG (kernel 5.3; recvmsg(2)).
#pragma once

#include <spargio/ops/detail/empty_read.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class recvmsg_request {
public:
    using value_type = std::size_t;

    recvmsg_request(int socket, msghdr& message, int flags) noexcept
        : socket_(socket), message_(&message), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        if (detail::have_no_room({message_->msg_iov, message_->msg_iovlen}) &&
            detail::asks_for_nothing(socket_, flags_))
            return detail::prepare_empty_read(entry);
        io_uring_prep_recvmsg(&entry, socket_, message_, static_cast<unsigned>(flags_));
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    msghdr* message_;
    int flags_;
};

/// Waits for a message and takes it with its address, its control data and into several buffers, as `message`
/// says (recvmsg(2)). Gives the bytes that came; 0 at once where there is room for nothing, as recv(), and
/// `message` is as it was then. Borrows all of it.
[[nodiscard]] inline operation<recvmsg_request> recvmsg(int socket, msghdr& message, int flags = 0) noexcept {
    return operation<recvmsg_request>(recvmsg_request(socket, message, flags));
}

} // namespace spargio::ops
