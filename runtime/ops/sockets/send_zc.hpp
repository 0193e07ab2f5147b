// IORING_OP_SEND_ZC (kernel 6.0).
#pragma once

#include <spargio/ops/detail/operation_limits.hpp>
#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>

namespace spargio::ops {

class send_zc_request {
public:
    using value_type = std::size_t;

    send_zc_request(int socket, std::span<const std::byte> from, int flags) noexcept
        : socket_(socket), from_(from), flags_(flags) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        io_uring_prep_send_zc(&entry, socket_, from_.data(), detail::transfer_length(from_.size()),
                              flags_ | MSG_NOSIGNAL, 0);
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    std::span<const std::byte> from_;
    int flags_;
};

/// send() without copying: answers only when the network has done with `from`, which over a network is when the
/// other side has acknowledged it; over loopback the kernel copies all the same. Worth it from some tens of
/// KiB. EINVAL where the kernel lacks it, EOPNOTSUPP for sockets that can't. Borrows `from`.
[[nodiscard]] inline operation<send_zc_request> send_zc(int socket, std::span<const std::byte> from,
                                                        int flags = 0) noexcept {
    return operation<send_zc_request>(send_zc_request(socket, from, flags));
}

} // namespace spargio::ops
