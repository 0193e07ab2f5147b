#include <spargio/net/tcp_listener.hpp>

#include <spargio/net/detail/open_socket.hpp>

namespace spargio::net {
namespace {

io_result<void> prepare(const file_descriptor& socket, const endpoint& at, const listen_options& how) noexcept {
    io_result<void> done;
    if (how.reuse_address) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEADDR);
    if (done && how.reuse_port) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEPORT);
    if (done && how.only_v6) done = detail::set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    if (done) done = detail::bind_to(socket, at);
    if (done) done = detail::listen_on(socket, how.backlog);
    return done;
}

} // namespace

task<io_result<tcp_listener>> tcp_listener::bind(endpoint at, listen_options how) {
    auto socket = co_await detail::open_socket(at.data()->sa_family, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto prepared = prepare(*socket, at, how); !prepared) co_return std::unexpected(prepared.error());
    co_return tcp_listener(std::move(*socket));
}

task<io_result<tcp_listener>> tcp_listener::bind(std::uint16_t port, listen_options how) {
    return bind(endpoint::any(port), how);
}

} // namespace spargio::net
