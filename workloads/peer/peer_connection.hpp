// Connections to the echo peer for backends that are given an open socket.
#pragma once

namespace bench {

/// SO_SNDBUF and SO_RCVBUF of every connection to the peer, of every backend: what is under way at once fits,
/// so that a side that writes a window without reading meanwhile never waits for itself.
inline constexpr int peer_buffer_bytes = 256 * 1024;

/// A blocking socket, close-on-exec, connected to the echo peer, with TCP_NODELAY and buffers of
/// peer_buffer_bytes. The caller closes it. Throws std::runtime_error where there is no peer, std::system_error
/// for what the system says.
[[nodiscard]] int connect_to_peer();

/// The same to the process that listens on that port of 127.0.0.1 (own_listener.hpp).
[[nodiscard]] int connect_to_peer(unsigned short port);

/// The options of such a connection. A listener hands them on to what it accepts (tcp(7)). Throws
/// std::system_error.
void set_peer_options(int socket);

/// The peer's port. Throws std::runtime_error where there is none.
[[nodiscard]] unsigned short port_of_peer();

} // namespace bench
