#include <spargio/net/tcp_listener.hpp>

#include <spargio/net/detail/open_socket.hpp>

#include <netinet/tcp.h>

namespace spargio::net {
namespace {

/// Connections get the option from their listener, so it costs nothing at each (Linux; Go and Node set it on
/// every connection).
io_result<void> accept_without_delay(const file_descriptor& listener) noexcept {
    return detail::set_flag(listener, IPPROTO_TCP, TCP_NODELAY);
}

io_result<void> prepare(const file_descriptor& socket, const endpoint& at,
                        const listen_options& options) noexcept {
    io_result<void> done;
    if (options.reuse_address) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEADDR);
    if (done && options.reuse_port) done = detail::set_flag(socket, SOL_SOCKET, SO_REUSEPORT);
    if (done && options.only_v6) done = detail::set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    if (done && options.no_delay) done = accept_without_delay(socket);
    if (done) done = detail::bind_to(socket, at);
    if (done) done = detail::listen_on(socket, options.backlog);
    return done;
}

} // namespace

tcp_listener::tcp_listener(file_descriptor owned, bool no_delay) : any_socket(std::move(owned)) {
    // What is no TCP socket refuses it, and what is no socket at all; accept() will say so.
    if (no_delay) static_cast<void>(set_option(IPPROTO_TCP, TCP_NODELAY, 1));
}

task<io_result<tcp_listener>> tcp_listener::bind(endpoint at, listen_options options) {
    auto socket = co_await detail::open_socket(at.data()->sa_family, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto prepared = prepare(*socket, at, options); !prepared)
        co_return std::unexpected(prepared.error());
    co_return tcp_listener(std::move(*socket), false); // prepared
}

task<io_result<tcp_listener>> tcp_listener::bind(std::uint16_t port, listen_options options) {
    return bind(endpoint::any(port), options);
}

} // namespace spargio::net
