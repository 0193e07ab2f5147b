// net::datagram_socket: what udp_socket and unix_datagram have in common (R42).
#pragma once

#include <spargio/net/any_socket.hpp>
#include <spargio/ops/sockets/recv.hpp>
#include <spargio/ops/sockets/recvfrom.hpp>
#include <spargio/ops/sockets/send.hpp>
#include <spargio/ops/sockets/sendto.hpp>

#include <cstddef>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace spargio::net {

/// Datagrams come whole or not at all; any number of tasks may send and receive.
template <class Address>
class datagram_socket : public any_socket {
public:
    using received_from = ops::received<Address>;

    /// Sends one datagram to an address, waiting for room. Gives its size. EMSGSIZE: too long for the kind.
    /// ECONNREFUSED: nobody listens there (Unix), or did when an earlier one arrived (UDP). IORING_OP_SENDMSG,
    /// in place.
    [[nodiscard]] auto send_to(std::span<const std::byte> from, const Address& to) const noexcept {
        return operation_on(shared(), [&](int number) { return ops::sendto(number, from, to); });
    }
    /// Waits for a datagram and gives its size, whether it was cut to fit into the buffer, and its sender; an
    /// empty buffer takes one as well. Cancelled, it has taken none. IORING_OP_RECVMSG, in place.
    [[nodiscard]] auto receive_from(std::span<std::byte> into) const noexcept {
        return operation_on(shared(), [into](int number) { return ops::recvfrom<Address>(number, into); });
    }

    /// Of a connected socket: to its peer. IORING_OP_SEND, in place.
    [[nodiscard]] auto send(std::span<const std::byte> from) const noexcept {
        return operation_on(shared(), [from](int number) { return ops::send(number, from); });
    }
    /// The next datagram's bytes; what does not fit into the buffer is lost, all of it where that is empty. Of
    /// a connected socket: from its peer. IORING_OP_RECV, in place.
    [[nodiscard]] auto receive(std::span<std::byte> into) const noexcept {
        return operation_on(shared(), [into](int number) { return ops::recv(number, into); });
    }

    /// Names the peer for send() and receive(); datagrams of others are dropped from then on (connect(2), which
    /// does not wait here). Any thread.
    [[nodiscard]] io_result<void> connect_to(const Address& peer) const {
        const descriptor_use use(shared());
        if (!use) return detail::system_failure(EBADF);
        if (::connect(use.number(), peer.data(), peer.size()) != 0) return detail::system_failure(errno);
        return {};
    }

    [[nodiscard]] io_result<Address> local_address() const { return local<Address>(); }
    /// ENOTCONN without a peer.
    [[nodiscard]] io_result<Address> peer_address() const { return peer<Address>(); }

protected:
    datagram_socket() noexcept = default;
    explicit datagram_socket(file_descriptor owned) : any_socket(std::move(owned)) {}
};

} // namespace spargio::net
