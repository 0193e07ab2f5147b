#include <spargio/net/endpoint.hpp>

#include <spargio/net/detail/system_failure.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>

#include <arpa/inet.h>
#include <net/if.h>

namespace spargio::net {
namespace {

std::expected<std::uint16_t, std::error_code> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return detail::system_failure(EINVAL);
    return port;
}

/// The number of an interface by its name or its number; 0 when there is none.
std::uint32_t scope_of(const std::string& name) {
    if (const unsigned index = ::if_nametoindex(name.c_str()); index != 0) return index;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size()) return 0;
    std::array<char, IF_NAMESIZE> known{};
    return ::if_indextoname(number, known.data()) != nullptr ? number : 0;
}

} // namespace

endpoint endpoint::any(std::uint16_t port, address_family family) noexcept {
    endpoint made;
    if (family == address_family::v4) {
        made.address_.v4 = {};
        made.address_.v4.sin_family = AF_INET;
    } else if (family == address_family::v6) {
        made.address_.v6.sin6_family = AF_INET6;
    }
    made.set_port(port);
    return made;
}

endpoint endpoint::loopback(std::uint16_t port, address_family family) noexcept {
    endpoint made = any(port, family);
    if (family == address_family::v4) made.address_.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (family == address_family::v6) made.address_.v6.sin6_addr = in6addr_loopback;
    return made;
}

io_result<endpoint> endpoint::parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return detail::system_failure(EINVAL);
    const std::string_view address = text.substr(0, colon);
    // Without brackets the last colon of an IPv6 address would be taken for that of a port.
    const bool in_brackets = address.starts_with('[') && address.ends_with(']');
    if (address.find(':') != std::string_view::npos && !in_brackets) return detail::system_failure(EINVAL);
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::unexpected(port.error());
    return parse(address, *port);
}

io_result<endpoint> endpoint::parse(std::string_view address, std::uint16_t port) {
    const bool in_brackets = address.starts_with('[') && address.ends_with(']') && address.size() > 1;
    if (in_brackets) address = address.substr(1, address.size() - 2);
    std::string text(address);
    if (text.find('\0') != std::string::npos) return detail::system_failure(EINVAL);
    endpoint made = any(port, address_family::v4);
    if (!in_brackets && ::inet_pton(AF_INET, text.c_str(), &made.address_.v4.sin_addr) == 1) return made;
    made = any(port, address_family::v6);
    if (const std::size_t percent = text.find('%'); percent != std::string::npos) {
        made.address_.v6.sin6_scope_id = scope_of(text.substr(percent + 1));
        if (made.address_.v6.sin6_scope_id == 0) return detail::system_failure(EINVAL);
        text.resize(percent);
    }
    if (::inet_pton(AF_INET6, text.c_str(), &made.address_.v6.sin6_addr) == 1) return made;
    return detail::system_failure(EINVAL);
}

address_family endpoint::family() const noexcept {
    switch (address_.any.sa_family) {
    case AF_INET:
        return address_family::v4;
    case AF_INET6:
        return address_family::v6;
    default:
        return address_family::none;
    }
}

std::uint16_t endpoint::port() const noexcept {
    switch (family()) {
    case address_family::v4:
        return ntohs(address_.v4.sin_port);
    case address_family::v6:
        return ntohs(address_.v6.sin6_port);
    case address_family::none:
        break;
    }
    return 0;
}

void endpoint::set_port(std::uint16_t port) noexcept {
    if (family() == address_family::v4) address_.v4.sin_port = htons(port);
    if (family() == address_family::v6) address_.v6.sin6_port = htons(port);
}

bool endpoint::is_loopback() const noexcept {
    if (family() == address_family::v4) return ntohl(address_.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return family() == address_family::v6 && IN6_IS_ADDR_LOOPBACK(&address_.v6.sin6_addr) != 0;
}

std::string endpoint::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family() == address_family::v4) {
        ::inet_ntop(AF_INET, &address_.v4.sin_addr, text.data(), text.size());
        return text.data() + (':' + std::to_string(port()));
    }
    if (family() == address_family::none) return "none";
    ::inet_ntop(AF_INET6, &address_.v6.sin6_addr, text.data(), text.size());
    std::string whole = '[' + std::string(text.data());
    if (address_.v6.sin6_scope_id != 0) whole += '%' + std::to_string(address_.v6.sin6_scope_id);
    return whole + "]:" + std::to_string(port());
}

socklen_t endpoint::size() const noexcept {
    switch (family()) {
    case address_family::v4:
        return sizeof(sockaddr_in);
    case address_family::v6:
        return sizeof(sockaddr_in6);
    case address_family::none:
        break;
    }
    return 0;
}

void endpoint::resize(socklen_t bytes) noexcept {
    if (bytes < sizeof(sa_family_t) || bytes != size()) *this = {};
}

bool operator==(const endpoint& a, const endpoint& b) noexcept {
    if (a.family() != b.family() || a.port() != b.port()) return false;
    if (a.family() == address_family::v4) return a.address_.v4.sin_addr.s_addr == b.address_.v4.sin_addr.s_addr;
    if (a.family() == address_family::none) return true;
    return std::memcmp(&a.address_.v6.sin6_addr, &b.address_.v6.sin6_addr, sizeof(in6_addr)) == 0 &&
           a.address_.v6.sin6_scope_id == b.address_.v6.sin6_scope_id;
}

} // namespace spargio::net
