#include <spargio/net/unix_listener.hpp>

#include <spargio/net/detail/open_socket.hpp>

namespace spargio::net {

task<io_result<unix_listener>> unix_listener::bind(unix_endpoint at, int backlog) {
    auto socket = co_await detail::open_socket(AF_UNIX, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto bound = detail::bind_to(*socket, at); !bound) co_return std::unexpected(bound.error());
    if (const auto open = detail::listen_on(*socket, backlog); !open) co_return std::unexpected(open.error());
    co_return unix_listener(std::move(*socket));
}

} // namespace spargio::net
