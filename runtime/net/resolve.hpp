// net::resolve: names to addresses (R42), apart from connecting, which takes addresses.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/net/endpoint.hpp>
#include <spargio/tasks/task.hpp>

#include <string>
#include <system_error>
#include <vector>

namespace spargio::net {

/// Looks a host and a service ("80", "https") up (getaddrinfo(3): /etc/hosts, DNS and whatever else the system
/// asks) on a thread of the blocking pool, never on a shard. Gives at least one address, in the order in which
/// they should be tried. Addresses as text need no name server, but a thread all the same: endpoint::parse() is
/// for them. An empty host is this machine. Addresses of a family in which this machine has none itself but
/// loopback are left out where there are others (AI_ADDRCONFIG), except of an address as text and of localhost.
///
/// A service is a number of digits up to 65535, which may be empty for 0, or a name, which has a letter.
///
/// Errors: EINVAL for a NUL in either; of resolve_category(), such as EAI_NONAME, and EAI_SERVICE for what is
/// no service; errno where getaddrinfo(3) gives one (EAI_SYSTEM); `overloaded`: the pool is full; `canceled`
/// before it has begun; `closed`. A lookup that has begun is not ended by a cancellation: a deadline is the
/// resolver's own (resolv.conf(5)). On a shard only. Throws std::bad_alloc.
[[nodiscard]] task<io_result<std::vector<endpoint>>> resolve(std::string host, std::string service);

/// Of the errors EAI_... of getaddrinfo(3), named "getaddrinfo". Any thread.
[[nodiscard]] const std::error_category& resolve_category() noexcept;

} // namespace spargio::net
