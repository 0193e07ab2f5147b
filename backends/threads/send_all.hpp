// Writing to a blocking socket.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>

#include <sys/socket.h>

namespace bench::plain_threads {

/// Whether all of it went out; else the other side has gone. Blocks, and raises no SIGPIPE.
inline bool send_all(int socket, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace bench::plain_threads
