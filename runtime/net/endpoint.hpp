// net::endpoint: an IP address with a port (R42), as in `endpoint::parse("[::1]:7001")`. Names are looked up by
// net::resolve(), and nowhere else.
#pragma once

#include <spargio/core/io_result.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

namespace spargio::net {

enum class address_family : std::uint8_t { none, v4, v6 };

/// A value of 28 bytes. Any thread; no function here waits.
class endpoint {
public:
    /// Of no family.
    endpoint() noexcept = default;

    /// Every local address: 0.0.0.0 or [::]. A socket bound to the latter takes IPv4 as well, as the kernel's
    /// net.ipv6.bindv6only says.
    [[nodiscard]] static endpoint any(std::uint16_t port, address_family family = address_family::v4) noexcept;
    /// 127.0.0.1 or [::1].
    [[nodiscard]] static endpoint loopback(std::uint16_t port,
                                           address_family family = address_family::v4) noexcept;
    /// "192.0.2.1:80", "[2001:db8::1]:80", "[fe80::1%eth0]:80". EINVAL: it is none of these, or the port is
    /// missing or above 65535, or there is no such interface, by name or by number.
    [[nodiscard]] static io_result<endpoint> parse(std::string_view text);
    /// The address alone, "192.0.2.1" or "2001:db8::1", with or without brackets. EINVAL as above.
    [[nodiscard]] static io_result<endpoint> parse(std::string_view address, std::uint16_t port);

    [[nodiscard]] address_family family() const noexcept;
    /// 0 of no family.
    [[nodiscard]] std::uint16_t port() const noexcept;
    void set_port(std::uint16_t port) noexcept;
    [[nodiscard]] bool is_loopback() const noexcept;

    /// "192.0.2.1:80", "[2001:db8::1]:80"; "none" of no family. What parse() takes, as long as there is the
    /// interface that a scope names.
    [[nodiscard]] std::string to_string() const;

    /// As system calls want it. Valid as long as the endpoint is.
    [[nodiscard]] const sockaddr* data() const noexcept { return &address_.any; }
    [[nodiscard]] sockaddr* data() noexcept { return &address_.any; }
    /// Bytes of the address; 0 of no family.
    [[nodiscard]] socklen_t size() const noexcept;
    /// For a caller that lets a system call fill data(): how much fits, and how much came, which makes an
    /// address of another family one of no family.
    [[nodiscard]] static constexpr socklen_t capacity() noexcept { return sizeof(addresses); }
    void resize(socklen_t bytes) noexcept;

    friend bool operator==(const endpoint& a, const endpoint& b) noexcept;

private:
    union addresses {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    static_assert(AF_UNSPEC == 0);
    addresses address_{.v6 = {}};
};

} // namespace spargio::net
