// Reading nothing from a stream socket: the kernel would wait for bytes all the same.
#pragma once

#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spargio::ops::detail {

/// Whether all of the parts together have room for nothing.
[[nodiscard]] inline bool have_no_room(std::span<const iovec> parts) noexcept {
    for (const iovec& each : parts)
        if (each.iov_len != 0) return false;
    return true;
}

/// Whether a read without room asks for nothing: of a stream. A datagram is waited for, and taken, by an empty
/// buffer too, and so is what the error queue has.
[[nodiscard]] inline bool asks_for_nothing(int socket, int flags) noexcept {
    if ((flags & MSG_ERRQUEUE) != 0) return false;
    int type = 0;
    socklen_t bytes = sizeof(type);
    return ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &bytes) == 0 && type == SOCK_STREAM;
}

/// In place of the request for such a read: answers 0.
inline void prepare_empty_read(io_uring_sqe& entry) noexcept { io_uring_prep_nop(&entry); }

} // namespace spargio::ops::detail
