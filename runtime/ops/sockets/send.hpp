// IORING_OP_SEND (kernel 5.6; send(2)).
#pragma once

#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/detail/operation_tried_first.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class send_request {
public:
    using value_type = std::size_t;

    send_request(int socket, std::span<const std::byte> from, int flags) noexcept
        : socket_(socket), from_(from), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_send(&entry, socket_, from_.data(), detail::transfer_length(from_.size()),
                           flags_ | MSG_NOSIGNAL);
    }
    /// See operation_tried_first.hpp.
    [[nodiscard]] ssize_t try_now() const noexcept {
        return ::send(socket_, from_.data(), detail::transfer_length(from_.size()),
                      flags_ | MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<const std::byte> from_;
    int flags_;
};

/// Sends bytes and gives how many the socket took, waiting for room for the first; with MSG_WAITALL for room
/// for all. Never raises SIGPIPE. Borrows `from`.
[[nodiscard]] inline operation<send_request> send(int socket, std::span<const std::byte> from,
                                                  int flags = 0) noexcept {
    return operation<send_request>(send_request(socket, from, flags));
}

/// As send(), tried on the spot by send(2) with MSG_DONTWAIT: gives how many bytes the socket took. Cost where
/// it has room: that system call, no suspension.
[[nodiscard]] inline auto send_at_once(int socket, std::span<const std::byte> from, int flags = 0) noexcept {
    return operation<detail::tried_first<send_request>>(detail::tried_first<send_request>(socket, from, flags));
}

} // namespace spargio::ops
