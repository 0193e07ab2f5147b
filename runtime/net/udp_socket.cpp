#include <spargio/net/udp_socket.hpp>

#include <spargio/net/detail/ip_options.hpp>
#include <spargio/net/detail/open_socket.hpp>

namespace spargio::net {

task<io_result<udp_socket>> udp_socket::bind(endpoint at) {
    auto socket = co_await detail::open_socket(at.data()->sa_family, SOCK_DGRAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto bound = detail::bind_to(*socket, at); !bound) co_return std::unexpected(bound.error());
    co_return udp_socket(std::move(*socket));
}

task<io_result<udp_socket>> udp_socket::connect(endpoint to) {
    auto socket = co_await detail::open_socket(to.data()->sa_family, SOCK_DGRAM);
    if (!socket) co_return std::unexpected(socket.error());
    udp_socket made(std::move(*socket));
    if (const auto connected = made.connect_to(to); !connected) co_return std::unexpected(connected.error());
    co_return made;
}

io_result<void> udp_socket::set_broadcast(bool on) const {
    return set_option(SOL_SOCKET, SO_BROADCAST, static_cast<int>(on));
}
io_result<bool> udp_socket::broadcast() const { return flag(SOL_SOCKET, SO_BROADCAST); }

io_result<void> udp_socket::set_ttl(int hops) const {
    const auto where = detail::ttl_option(number());
    return set_option(where.level, where.name, hops);
}
io_result<int> udp_socket::ttl() const {
    const auto where = detail::ttl_option(number());
    return option(where.level, where.name);
}

} // namespace spargio::net
