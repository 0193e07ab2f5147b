#include <spargio/net/tcp_stream.hpp>

#include <spargio/net/detail/ip_options.hpp>
#include <spargio/net/detail/open_socket.hpp>
#include <spargio/tasks/task_group.hpp>

#include <netinet/tcp.h>

namespace spargio::net {
namespace {

io_result<void> prepare(const file_descriptor& socket, const connect_options& options) noexcept {
    const auto set = [&](int level, int name, int value) -> io_result<void> {
        if (::setsockopt(socket.get(), level, name, &value, sizeof(value)) != 0)
            return detail::system_failure(errno);
        return {};
    };
    io_result<void> done;
    if (options.no_delay) done = set(IPPROTO_TCP, TCP_NODELAY, 1);
    if (done && options.receive_buffer > 0) done = set(SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
    if (done && options.send_buffer > 0) done = set(SOL_SOCKET, SO_SNDBUF, options.send_buffer);
    if (done && options.from.family() != address_family::none) done = detail::bind_to(socket, options.from);
    return done;
}

task<io_result<tcp_stream>> connect_at(std::uint32_t home, endpoint to, connect_options options) {
    auto socket = co_await detail::open_socket(to.data()->sa_family, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    if (const auto prepared = prepare(*socket, options); !prepared) co_return std::unexpected(prepared.error());
    auto connected = co_await ops::connect(socket->get(), to.data(), to.size());
    if (!connected) co_return std::unexpected(connected.error());
    co_return tcp_stream(std::move(*socket), home);
}

task<> connect_into(io_result<tcp_stream>& into, std::uint32_t home, endpoint to, connect_options options) {
    into = co_await connect_at(home, to, options);
}

} // namespace

task<io_result<tcp_stream>> tcp_stream::connect(endpoint to, connect_options options) {
    return connect_at(home_of_session(options.home), to, options);
}

task<std::vector<io_result<tcp_stream>>> connect_many(std::vector<endpoint> to, connect_options options) {
    std::vector<io_result<tcp_stream>> made;
    for (std::size_t i = 0; i < to.size(); ++i) made.emplace_back(detail::system_failure(ECANCELED));
    task_group all;
    auto joined = all.join(); // before anything can be left to wait for
    std::exception_ptr failure;
    try {
        for (std::size_t i = 0; i < to.size(); ++i) {
            const std::uint32_t home = home_of_session(options.home);
            all.spawn(connect_into(made[i], home, to[i], options), pinned{home});
        }
    } catch (...) {
        failure = std::current_exception();
    }
    co_await std::move(joined);
    if (failure) std::rethrow_exception(failure);
    co_return made;
}

io_result<void> tcp_stream::set_no_delay(bool on) const {
    return set_option(IPPROTO_TCP, TCP_NODELAY, static_cast<int>(on));
}
io_result<bool> tcp_stream::no_delay() const { return flag(IPPROTO_TCP, TCP_NODELAY); }

io_result<void> tcp_stream::set_keep_alive(bool on, std::optional<std::chrono::seconds> idle) const {
    if (idle) {
        constexpr std::chrono::seconds most(32767); // MAX_TCP_KEEPIDLE of the kernel
        if (*idle < std::chrono::seconds(1) || *idle > most) return detail::system_failure(EINVAL);
        const auto set = set_option(IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(idle->count()));
        if (!set) return set;
    }
    return set_option(SOL_SOCKET, SO_KEEPALIVE, static_cast<int>(on));
}
io_result<bool> tcp_stream::keep_alive() const { return flag(SOL_SOCKET, SO_KEEPALIVE); }

io_result<void> tcp_stream::set_ttl(int hops) const {
    const auto where = detail::ttl_option(number());
    return set_option(where.level, where.name, hops);
}
io_result<int> tcp_stream::ttl() const {
    const auto where = detail::ttl_option(number());
    return option(where.level, where.name);
}

} // namespace spargio::net
