// net::tcp_stream: a TCP connection (R42, R43; tcp(7)).
#pragma once

#include <spargio/net/endpoint.hpp>
#include <spargio/net/session_policy.hpp>
#include <spargio/net/stream_socket.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace spargio::net {

/// How a connection is made.
class connect_options {
public:
    connect_options() noexcept = default;
    connect_options(const session_policy& belongs_to) noexcept : home(belongs_to) {}

    session_policy home;    ///< the shard that it belongs to
    endpoint from;          ///< local address; of no family: the kernel's choice
    bool no_delay = true;   ///< TCP_NODELAY from the beginning; false: the kernel gathers small writes
    int receive_buffer = 0; ///< SO_RCVBUF in bytes, which the window's scale follows; 0: the kernel's
    int send_buffer = 0;    ///< SO_SNDBUF in bytes; 0: the kernel's
};

/// One that was made here, by connect() or by a tcp_listener, has TCP_NODELAY unless its options say otherwise
/// (docs/decisions/0046): an answer in two small writes is not held back until the first has been acknowledged.
class tcp_stream : public stream_socket {
public:
    tcp_stream() noexcept = default; ///< none; every operation answers EBADF
    /// Takes over a connected socket, with its options as they are; `home` as home(). Throws std::bad_alloc.
    /// Any thread.
    explicit tcp_stream(file_descriptor owned, std::uint32_t home = 0)
        : stream_socket(std::move(owned), home) {}

    /// Connects (IORING_OP_SOCKET, IORING_OP_CONNECT). ECONNREFUSED, ETIMEDOUT (after the kernel's two minutes;
    /// use timeout()), ENETUNREACH and others of connect(2); EAFNOSUPPORT for an endpoint of no family.
    /// Cancelled, the attempt ends and the socket is closed. Throws std::bad_alloc.
    [[nodiscard]] static task<io_result<tcp_stream>> connect(endpoint to, connect_options options = {});

    /// TCP_NODELAY: small writes go out at once, rather than when what is under way has been acknowledged.
    [[nodiscard]] io_result<void> set_no_delay(bool on) const;
    [[nodiscard]] io_result<bool> no_delay() const;
    /// SO_KEEPALIVE: asks after a peer that is silent; after how long, where it is given (TCP_KEEPIDLE).
    /// EINVAL, and nothing is changed: `idle` is not from 1 s to 32767 s, which is all that the kernel takes.
    [[nodiscard]] io_result<void> set_keep_alive(bool on,
                                                 std::optional<std::chrono::seconds> idle = std::nullopt) const;
    [[nodiscard]] io_result<bool> keep_alive() const;
    /// IP_TTL, or IPV6_UNICAST_HOPS: how many routers a packet may pass, 1 to 255.
    [[nodiscard]] io_result<void> set_ttl(int hops) const;
    [[nodiscard]] io_result<int> ttl() const;

    [[nodiscard]] io_result<endpoint> local_address() const { return local<endpoint>(); }
    /// ENOTCONN when the connection has ended.
    [[nodiscard]] io_result<endpoint> peer_address() const { return peer<endpoint>(); }
};

/// Connects to all at once, each on the shard that it will belong to, and answers when every attempt has ended:
/// the connections or their errors, in the order of `to`. Cancelled, the attempts are cancelled. Throws
/// std::bad_alloc, and task_stopped when the runtime stops. Cost: a task for each.
[[nodiscard]] task<std::vector<io_result<tcp_stream>>> connect_many(std::vector<endpoint> to,
                                                                    connect_options options = {});

} // namespace spargio::net
