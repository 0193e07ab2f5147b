// net::unix_listener: waits for connections within this machine (R42; unix(7)).
#pragma once

#include <spargio/net/accept_connection.hpp>
#include <spargio/net/any_socket.hpp>
#include <spargio/net/unix_endpoint.hpp>
#include <spargio/net/unix_stream.hpp>
#include <spargio/ops/accept_stream.hpp>

#include <utility>

namespace spargio::net {

class unix_listener : public any_socket {
public:
    unix_listener() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a listening socket. Throws std::bad_alloc. Any thread.
    explicit unix_listener(file_descriptor owned) : any_socket(std::move(owned)) {}

    /// Binds and listens. For a path this makes a file, which stays until somebody unlinks it: EADDRINUSE while
    /// it is there. bind(2) looks the path up on this thread. Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<unix_listener>> bind(unix_endpoint at, int backlog = 4096);

    /// As tcp_listener::accept().
    [[nodiscard]] task<io_result<unix_stream>> accept(session_policy home = context_preferred{}) const {
        return accept_connection<unix_stream>(shared(), home);
    }
    /// Every connection that comes, by one request of the kernel's (R30), for the task that calls it, on its
    /// shard; what it gives is to become a unix_stream. As stream_socket::receive_stream() otherwise. Throws
    /// std::bad_alloc.
    [[nodiscard]] ops::accept_stream accept_stream() const { return ops::accept_stream(shared()); }

    [[nodiscard]] io_result<unix_endpoint> local_address() const { return local<unix_endpoint>(); }
};

} // namespace spargio::net
