#include <spargio/net/tcp_listener.hpp>

#include <spargio/net/detail/open_socket.hpp>

namespace spargio::net {
namespace {

io_result<void> prepare(const file_descriptor& socket, const endpoint& at,
                        const listen_options& options) noexcept {
    io_result<void> done;
    if (options.reuse_address) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEADDR);
    if (done && options.reuse_port) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEPORT);
    if (done && options.only_v6) done = detail::set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    if (done) done = detail::bind_to(socket, at);
    if (done) done = detail::listen_on(socket, options.backlog);
    return done;
}

} // namespace

task<io_result<tcp_listener>> tcp_listener::bind(endpoint at, listen_options options) {
    auto socket = co_await detail::open_socket(at.data()->sa_family, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto prepared = prepare(*socket, at, options); !prepared)
        co_return std::unexpected(prepared.error());
    co_return tcp_listener(std::move(*socket));
}

task<io_result<tcp_listener>> tcp_listener::bind(std::uint16_t port, listen_options options) {
    return bind(endpoint::any(port), options);
}

} // namespace spargio::net
