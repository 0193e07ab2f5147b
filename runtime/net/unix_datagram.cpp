#include <spargio/net/unix_datagram.hpp>

#include <spargio/net/detail/open_socket.hpp>

namespace spargio::net {

task<io_result<unix_datagram>> unix_datagram::bind(unix_endpoint at) {
    auto socket = co_await detail::open_socket(AF_UNIX, SOCK_DGRAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto bound = detail::bind_to(*socket, at); !bound) co_return std::unexpected(bound.error());
    co_return unix_datagram(std::move(*socket));
}

task<io_result<unix_datagram>> unix_datagram::connect(unix_endpoint to) {
    auto socket = co_await detail::open_socket(AF_UNIX, SOCK_DGRAM);
    if (!socket) co_return std::unexpected(socket.error());
    unix_datagram made(std::move(*socket));
    if (const auto connected = made.connect_to(to); !connected) co_return std::unexpected(connected.error());
    co_return made;
}

} // namespace spargio::net
