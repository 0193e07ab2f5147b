// Making sockets, and binding and connecting them, for all kinds.
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/net/detail/system_failure.hpp>
#include <spargio/ops/sockets/connect.hpp>
#include <spargio/tasks/task.hpp>

#include <cerrno>

#include <sys/socket.h>

namespace spargio::net::detail {

/// A new socket, non-blocking and close-on-exec: IORING_OP_SOCKET (kernel 5.19), else socket(2), which does not
/// wait either.
[[nodiscard]] task<io_result<file_descriptor>> open_socket(int domain, int type, int protocol = 0);

/// bind(2) doesn't wait, so it needs no request (there is one since kernel 6.11).
template <class Address>
[[nodiscard]] io_result<void> bind_to(const file_descriptor& socket, const Address& address) noexcept {
    if (::bind(socket.get(), address.data(), address.size()) != 0) return system_failure(errno);
    return {};
}

/// The same for listen(2).
[[nodiscard]] inline io_result<void> listen_on(const file_descriptor& socket, int backlog) noexcept {
    if (::listen(socket.get(), backlog) != 0) return system_failure(errno);
    return {};
}

/// Of a socket that is in nobody else's hands.
[[nodiscard]] inline io_result<void> set_flag(const file_descriptor& socket, int level, int name) noexcept {
    const int on = 1;
    if (::setsockopt(socket.get(), level, name, &on, sizeof(on)) != 0) return system_failure(errno);
    return {};
}

} // namespace spargio::net::detail
