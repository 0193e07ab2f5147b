// Names, services and addresses as text: what is looked up, and what is refused.
#include <spargio/spargio.hpp>

#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::string_literals;

io_result<std::vector<net::endpoint>> resolved(std::string host, std::string service) {
    return run({.shards = 1}, [&]() -> task<io_result<std::vector<net::endpoint>>> {
        auto found = co_await net::resolve(host, service);
        co_return found;
    });
}

/// The port of a service, or a negative error of getaddrinfo(3).
int port_of(std::string service) {
    const auto found = resolved("127.0.0.1", std::move(service));
    if (found) return found->front().port();
    EXPECT_EQ(&found.error().category(), &net::resolve_category()) << found.error().message();
    return found.error().value();
}

TEST(R42, a_service_is_a_port_or_a_name_and_nothing_else) {
    for (const auto& [service, port] :
         {std::pair("0", 0), {"80", 80}, {"00080", 80}, {"65535", 65535}, {"", 0}})
        EXPECT_EQ(port_of(service), port) << service;
    if (::getservbyname("http", "tcp") != nullptr) { // where the system has a list of them
        EXPECT_EQ(port_of("http"), 80);
    }
    for (const std::string service :
         {"65536", "65616", "99999", "300800", "4294967376", "18446744073709551696", "+80", "-1", " 80", "80 ",
          "8 0", "0x50", "80x", ".", "\t80", "no-such-service"})
        EXPECT_EQ(port_of(service), EAI_SERVICE) << service;
}

TEST(R42, a_name_or_a_service_with_a_nul_is_refused) {
    for (const auto& [host, service] : {std::pair("localhost\0.evil.example"s, "80"s),
                                        {"\0"s, "80"s},
                                        {"localhost\0"s, "80"s},
                                        {"localhost"s, "80\0"s},
                                        {"localhost"s, "http\0s"s},
                                        {"localhost"s, "\0"s}}) {
        const auto found = resolved(host, service);
        ASSERT_FALSE(found.has_value());
        EXPECT_EQ(found.error(), std::errc::invalid_argument) << found.error().message();
    }
}

TEST(R42, a_scope_that_is_no_interface_is_refused_by_name_and_by_number) {
    const unsigned loopback = ::if_nametoindex("lo");
    ASSERT_NE(loopback, 0u);
    EXPECT_TRUE(net::endpoint::parse("[fe80::1%lo]:80"));
    EXPECT_TRUE(net::endpoint::parse("[fe80::1%" + std::to_string(loopback) + "]:80"));
    EXPECT_TRUE(net::endpoint::parse("fe80::1%lo", 80));
    for (const std::string scope :
         {"999999", "4294967295", "4294967297", "0", "", "-1", "+1", "1 ", "lo2nosuch"}) {
        EXPECT_FALSE(net::endpoint::parse("[fe80::1%" + scope + "]:80")) << scope;
        EXPECT_FALSE(net::endpoint::parse("fe80::1%" + scope, 80)) << scope;
    }
}

/// A network of this process's own, whose only address outside is 192.0.2.1.
bool enter_network_with_ipv4_only() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto set = [any](const char* name, bool address) {
        ifreq request{};
        std::string_view(name).copy(request.ifr_name, IFNAMSIZ - 1);
        if (address) {
            sockaddr_in at{};
            at.sin_family = AF_INET;
            ::inet_pton(AF_INET, "192.0.2.1", &at.sin_addr);
            reinterpret_cast<sockaddr_in&>(request.ifr_addr) = at;
            return ::ioctl(any, SIOCSIFADDR, &request) == 0;
        }
        request.ifr_flags = IFF_UP | IFF_RUNNING;
        return ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
    };
    const bool made = set("lo", false) && set("lo:1", true);
    ::close(any);
    return made;
}

enum look_up_outcome : std::uint8_t { as_it_should_be, wrong_address, no_localhost, no_network };

/// In a child.
int look_up_without_ipv6() {
    if (!enter_network_with_ipv4_only()) return no_network;
    for (const std::string text : {"127.0.0.1", "::1", "2001:db8::1", "192.0.2.7"}) {
        const auto found = resolved(text, "80");
        if (!found || found->size() != 1 || found->front() != *net::endpoint::parse(text, 80))
            return wrong_address;
    }
    for (const std::string name : {"localhost", "LOCALHOST"})
        if (const auto found = resolved(name, "80"); !found || !found->front().is_loopback())
            return no_localhost;
    return as_it_should_be;
}

TEST(R42, addresses_as_text_and_localhost_resolve_without_an_outside_address_of_their_family) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(look_up_without_ipv6());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == no_network) GTEST_SKIP() << "this process may not have a network of its own";
    EXPECT_EQ(WEXITSTATUS(status), as_it_should_be);
}

} // namespace
} // namespace spargio
