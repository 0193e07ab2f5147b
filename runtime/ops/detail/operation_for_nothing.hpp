// Transfers of no bytes.
//
// The ring asks what it could wait for (a terminal, a socket, before kernel 6.5 a pipe) whether it is ready
// before it looks at how much is to be moved, and so waits for bytes that nobody wants. So a transfer of
// nothing is a request that does nothing, and gives 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <liburing.h>
#include <sys/uio.h>

namespace spargio::ops::detail {

/// Whether `bytes` are none; then the entry is filled.
inline bool prepare_for_nothing(io_uring_sqe& entry, std::size_t bytes) noexcept {
    if (bytes != 0) [[likely]]
        return false;
    io_uring_prep_nop(&entry);
    return true;
}

/// The same of a list, which must not be too long all the same.
inline bool prepare_for_nothing(io_uring_sqe& entry, std::span<const iovec> parts) noexcept {
    constexpr std::size_t most = 1024; // UIO_MAXIOV
    const auto is_something = [](const iovec& part) { return part.iov_len != 0; };
    return prepare_for_nothing(entry, parts.size() > most || std::ranges::any_of(parts, is_something) ? 1 : 0);
}

} // namespace spargio::ops::detail
