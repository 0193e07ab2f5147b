// IORING_OP_SENDMSG to an address (kernel 5.3; sendmsg(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops {

/// `Address` has data() and size(), as net::endpoint; a copy of it goes along.
template <class Address>
class sendto_request {
public:
    using value_type = std::size_t;

    sendto_request(int socket, std::span<const std::byte> from, const Address& to, int flags) noexcept
        : socket_(socket), flags_(flags), from_{const_cast<std::byte*>(from.data()), from.size()}, to_(to) {}

    void prepare(io_uring_sqe& entry) noexcept {
        message_.msg_name = to_.data();
        message_.msg_namelen = to_.size();
        message_.msg_iov = &from_;
        message_.msg_iovlen = 1;
        io_uring_prep_sendmsg(&entry, socket_, &message_, static_cast<unsigned>(flags_ | MSG_NOSIGNAL));
    }
    [[nodiscard]] std::size_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::size_t>(result);
    }

private:
    int socket_;
    int flags_;
    iovec from_;
    Address to_;
    msghdr message_{};
};

/// Sends a datagram to an address. Gives its bytes. Never raises SIGPIPE. Borrows `from`.
template <class Address>
[[nodiscard]] operation<sendto_request<Address>> sendto(int socket, std::span<const std::byte> from,
                                                        const Address& to, int flags = 0) noexcept {
    return operation<sendto_request<Address>>(sendto_request<Address>(socket, from, to, flags));
}

} // namespace spargio::ops
