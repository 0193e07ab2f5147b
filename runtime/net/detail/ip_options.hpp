// Options whose names differ between IPv4 and IPv6.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

namespace spargio::net::detail {

class option_name {
public:
    option_name(int of_level, int of_name) noexcept : level(of_level), name(of_name) {}
    int level;
    int name;
};

/// By the socket's own family (ip(7), ipv6(7)).
[[nodiscard]] inline option_name ttl_option(int socket) noexcept {
    int domain = AF_INET;
    socklen_t bytes = sizeof(domain);
    ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &bytes);
    if (domain == AF_INET6) return {IPPROTO_IPV6, IPV6_UNICAST_HOPS};
    return {IPPROTO_IP, IP_TTL};
}

} // namespace spargio::net::detail
