#include <spargio/net/detail/open_socket.hpp>

#include <spargio/ops/sockets/socket.hpp>

namespace spargio::net::detail {

task<io_result<file_descriptor>> open_socket(int domain, int type, int protocol) {
    auto made = co_await ops::socket(domain, type, protocol);
    // What a kernel without the request answers, and one with it for a type that it does not know.
    if (!made && made.error() == std::errc::invalid_argument) {
        file_descriptor by_hand(::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
        if (!by_hand) co_return system_failure(errno);
        co_return by_hand;
    }
    co_return made;
}

} // namespace spargio::net::detail
