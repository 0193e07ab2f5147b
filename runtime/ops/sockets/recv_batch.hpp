// Receiving into several buffers with one request (R29): IORING_OP_RECVMSG (kernel 5.3; recvmsg(2)).
#pragma once

#include <spargio/ops/detail/empty_read.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops {

class recv_batch_request {
public:
    using value_type = std::size_t;

    recv_batch_request(int socket, std::span<iovec> parts, int flags) noexcept
        : socket_(socket), parts_(parts), flags_(flags) {}

    void prepare(io_uring_sqe& entry) noexcept {
        if (detail::have_no_room(parts_) && detail::asks_for_nothing(socket_, flags_))
            return detail::prepare_empty_read(entry);
        message_ = {};
        message_.msg_iov = parts_.data();
        message_.msg_iovlen = parts_.size();
        io_uring_prep_recvmsg(&entry, socket_, &message_, static_cast<unsigned>(flags_));
    }
    [[nodiscard]] std::span<const iovec> written() const noexcept { return parts_; }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<iovec> parts_;
    int flags_;
    msghdr message_{};
};

/// Waits for bytes and fills the buffers in order, at most 1,024 of them (EMSGSIZE above). Gives the bytes that
/// came; 0 when the other side has ended its direction, and at once where there is room for nothing, as
/// recv(). With MSG_WAITALL it waits until all are full. Borrows list and buffers.
[[nodiscard]] inline operation<recv_batch_request> recv_batch(int socket, std::span<iovec> parts,
                                                              int flags = 0) noexcept {
    return operation<recv_batch_request>(recv_batch_request(socket, parts, flags));
}

} // namespace spargio::ops
