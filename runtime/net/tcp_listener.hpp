// net::tcp_listener: waits for TCP connections (R42).
#pragma once

#include <spargio/net/accept_connection.hpp>
#include <spargio/net/any_socket.hpp>
#include <spargio/net/endpoint.hpp>
#include <spargio/net/tcp_stream.hpp>
#include <spargio/ops/accept_stream.hpp>

#include <cstdint>

namespace spargio::net {

/// How a listener is made.
class listen_options {
public:
    listen_options() noexcept = default;

    int backlog = 4096;        ///< connections that may wait to be accepted (limit: net.core.somaxconn)
    bool reuse_address = true; ///< SO_REUSEADDR, so that a restarted server can bind again at once
    bool reuse_port = false;   ///< SO_REUSEPORT, for a listener a shard on one port
    bool only_v6 = false;      ///< IPV6_V6ONLY
    bool no_delay = true;      ///< TCP_NODELAY for the connections; false: the kernel gathers small writes
};

class tcp_listener : public any_socket {
public:
    tcp_listener() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a listening socket, and sets TCP_NODELAY for the connections that come from now on, unless
    /// `no_delay` is false, which leaves the socket as it is. Throws std::bad_alloc. Any thread.
    explicit tcp_listener(file_descriptor owned, bool no_delay = true);

    /// Binds and listens; port 0 lets the kernel choose, see local_address(). EADDRINUSE, EACCES (ports below
    /// 1024), EADDRNOTAVAIL and others of bind(2). Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<tcp_listener>> bind(endpoint at, listen_options options = {});
    /// The same on every IPv4 address of the machine.
    [[nodiscard]] static task<io_result<tcp_listener>> bind(std::uint16_t port, listen_options options = {});

    /// Waits for a connection and gives it. Several tasks may wait; a connection goes to one of them. An error
    /// says that no more will come: EBADF or EINVAL of a listener that was closed, others of accept(2). What
    /// ends one connection (ECONNABORTED and the like) is passed over; while descriptors or memory are short
    /// (EMFILE, ENFILE, ENOBUFS, ENOMEM) it tries again every 10 ms, and connections wait in the backlog. None
    /// is lost by a cancellation: one that came all the same is the answer. IORING_OP_ACCEPT; a frame, and a
    /// connection costs an allocation. Throws std::bad_alloc.
    [[nodiscard]] task<io_result<tcp_stream>> accept(session_policy home = context_preferred{}) const {
        return accept_connection<tcp_stream>(shared(), home);
    }
    /// Every connection that comes, by one request of the kernel's (R30), for the task that calls it, on its
    /// shard; what it gives is to become a tcp_stream. As stream_socket::receive_stream() otherwise. Throws
    /// std::bad_alloc.
    [[nodiscard]] ops::accept_stream accept_stream() const { return ops::accept_stream(shared()); }

    [[nodiscard]] io_result<endpoint> local_address() const { return local<endpoint>(); }
};

} // namespace spargio::net
