// net::unix_stream: a connection within this machine (R42; unix(7)).
#pragma once

#include <spargio/net/session_policy.hpp>
#include <spargio/net/stream_socket.hpp>
#include <spargio/net/unix_endpoint.hpp>

#include <cstdint>
#include <utility>

namespace spargio::net {

class unix_stream : public stream_socket {
public:
    unix_stream() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a connected socket; `home` as home(). Throws std::bad_alloc. Any thread.
    explicit unix_stream(file_descriptor owned, std::uint32_t home = 0)
        : stream_socket(std::move(owned), home) {}

    /// Connects (IORING_OP_SOCKET, IORING_OP_CONNECT), waiting while the listener's backlog is full. ENOENT,
    /// ECONNREFUSED, EACCES and others of connect(2). Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<unix_stream>> connect(unix_endpoint to,
                                                              session_policy home = context_preferred{});
    /// Two that are connected to each other (socketpair(2), which does not wait). Any thread; both belong to
    /// shard 0. Throws std::bad_alloc.
    [[nodiscard]] static io_result<std::pair<unix_stream, unix_stream>> pair();

    [[nodiscard]] io_result<unix_endpoint> local_address() const { return local<unix_endpoint>(); }
    [[nodiscard]] io_result<unix_endpoint> peer_address() const { return peer<unix_endpoint>(); }
};

} // namespace spargio::net
