// net::unix_datagram: datagrams within this machine, in order and without loss (R42; unix(7)).
#pragma once

#include <spargio/net/datagram_socket.hpp>
#include <spargio/net/unix_endpoint.hpp>

#include <utility>

namespace spargio::net {

class unix_datagram : public datagram_socket<unix_endpoint> {
public:
    unix_datagram() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a datagram socket. Throws std::bad_alloc. Any thread.
    explicit unix_datagram(file_descriptor owned) : datagram_socket(std::move(owned)) {}

    /// Opens one (IORING_OP_SOCKET) and binds it; for a path as unix_listener::bind(). Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<unix_datagram>> bind(unix_endpoint at);
    /// Opens one without a name whose peer is `to`, which must be there. Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<unix_datagram>> connect(unix_endpoint to);
};

} // namespace spargio::net
