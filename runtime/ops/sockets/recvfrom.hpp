// IORING_OP_RECVMSG with the sender's address (kernel 5.3; recvmsg(2)).
#pragma once

#include <spargio/ops/operation.hpp>

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops {

/// What recvfrom() gives.
template <class Address>
class received {
public:
    received(std::size_t bytes, bool cut, const Address& sender) noexcept
        : size(bytes), truncated(cut), from(sender) {}

    std::size_t size; ///< bytes in the buffer
    bool truncated;   ///< the datagram was longer than the buffer, and its rest is lost
    Address from;     ///< the sender; of no family or name where it has none
};

/// `Address` has data(), capacity() and resize(), as net::endpoint.
template <class Address>
class recvfrom_request {
public:
    using value_type = received<Address>;

    recvfrom_request(int socket, std::span<std::byte> into, int flags) noexcept
        : socket_(socket), flags_(flags), into_{into.data(), into.size()} {}

    void prepare(io_uring_sqe& entry) noexcept {
        message_ = {};
        message_.msg_name = from_.data();
        message_.msg_namelen = Address::capacity();
        message_.msg_iov = &into_;
        message_.msg_iovlen = 1;
        io_uring_prep_recvmsg(&entry, socket_, &message_, static_cast<unsigned>(flags_));
    }
    [[nodiscard]] std::span<const iovec> written() const noexcept { return {&into_, 1}; }
    [[nodiscard]] received<Address> take(std::int32_t result, std::uint32_t) noexcept {
        from_.resize(message_.msg_namelen);
        return {static_cast<std::size_t>(result), (message_.msg_flags & MSG_TRUNC) != 0, from_};
    }

private:
    int socket_;
    int flags_;
    iovec into_;
    Address from_;
    msghdr message_{};
};

/// Waits for a datagram and gives its size and its sender; into an empty `into` too, where it is cut. Borrows
/// `into`.
template <class Address>
[[nodiscard]] operation<recvfrom_request<Address>> recvfrom(int socket, std::span<std::byte> into,
                                                            int flags = 0) noexcept {
    return operation<recvfrom_request<Address>>(recvfrom_request<Address>(socket, into, flags));
}

} // namespace spargio::ops
