// peer=self (W6): where a session listens that serves its own connections.
#pragma once

#include "workloads/peer/loopback_listener.hpp"

#include <cstddef>

namespace bench {

/// What an echo server reads at once, as the echo peer (echo_peer/main.cpp).
inline constexpr std::size_t echo_chunk_bytes = 64 * 1024;

/// Listens on 127.0.0.1; what it accepts has the options of a connection to the peer (peer_connection.hpp), as
/// the side that connects has. Closed when the session is open: no other process gets in.
class own_listener : public loopback_listener {
public:
    /// Throws std::system_error.
    own_listener();

    /// Waits for a connection, for backends that block. Close-on-exec; the caller closes it. Throws
    /// std::system_error.
    [[nodiscard]] int accept() const;
};

} // namespace bench
