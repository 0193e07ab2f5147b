#include <spargio/net/unix_stream.hpp>

#include <spargio/net/detail/open_socket.hpp>

#include <array>

namespace spargio::net {
namespace {

task<io_result<unix_stream>> connect_at(std::uint32_t home, unix_endpoint to) {
    auto socket = co_await detail::open_socket(AF_UNIX, SOCK_STREAM);
    if (!socket) co_return std::unexpected(socket.error());
    auto connected = co_await ops::connect(socket->get(), to.data(), to.size());
    if (!connected) co_return std::unexpected(connected.error());
    co_return unix_stream(std::move(*socket), home);
}

} // namespace

task<io_result<unix_stream>> unix_stream::connect(unix_endpoint to, session_policy home) {
    return connect_at(home_of_session(home), to);
}

io_result<std::pair<unix_stream, unix_stream>> unix_stream::pair() {
    std::array<int, 2> numbers{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, numbers.data()) != 0)
        return detail::system_failure(errno);
    file_descriptor first(numbers[0]);
    file_descriptor second(numbers[1]);
    return std::pair(unix_stream(std::move(first)), unix_stream(std::move(second)));
}

} // namespace spargio::net
