// What the echo peer takes in and sends back at once.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <span>

namespace bench::echo_peer {

constexpr std::size_t chunk_bytes = 64 * 1024;

/// Waits until all is sent; whether it could be.
inline bool send_all(int socket, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace bench::echo_peer
