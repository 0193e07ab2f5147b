// net::udp_socket (R42; udp(7)).
#pragma once

#include <spargio/net/datagram_socket.hpp>
#include <spargio/net/endpoint.hpp>

#include <utility>

namespace spargio::net {

class udp_socket : public datagram_socket<endpoint> {
public:
    udp_socket() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a datagram socket. Throws std::bad_alloc. Any thread.
    explicit udp_socket(file_descriptor owned) : datagram_socket(std::move(owned)) {}

    /// Opens one (IORING_OP_SOCKET) and binds it; port 0 lets the kernel choose, see local_address(). Errors of
    /// bind(2). Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<udp_socket>> bind(endpoint at);
    /// Opens one whose peer is `to`. Errors of connect(2), none of which is about the peer's machine.
    [[nodiscard]] static task<io_result<udp_socket>> connect(endpoint to);

    /// SO_BROADCAST: may send to broadcast addresses.
    [[nodiscard]] io_result<void> set_broadcast(bool on) const;
    [[nodiscard]] io_result<bool> broadcast() const;
    /// IP_TTL, or IPV6_UNICAST_HOPS: how many routers a packet may pass, 1 to 255.
    [[nodiscard]] io_result<void> set_ttl(int hops) const;
    [[nodiscard]] io_result<int> ttl() const;
};

} // namespace spargio::net
