// peer=self (W6): the other ends of a session's connections, echoed by callbacks on its loops.
#pragma once

#include "backends/libuv/event_loop.hpp"
#include "workloads/peer/own_listener.hpp"

#include <deque>
#include <vector>

#include <uv.h>

namespace bench::on_libuv {

/// A connection that was accepted, on its loop, which closes the handle: so this outlives it.
class echo_connection {
public:
    echo_connection() : chunk_(echo_chunk_bytes) {}
    echo_connection(const echo_connection&) = delete;
    echo_connection& operator=(const echo_connection&) = delete;
    ~echo_connection() = default;

    /// Echoes until the other side closes. An error is an end as well: the other side sees it.
    void accept_from(uv_stream_t* listener);

private:
    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }
    void write(std::size_t count);
    void read();
    void close();

    uv_tcp_t socket_{};
    uv_write_t request_{};
    std::vector<char> chunk_;
};

/// Listens on one loop; what it accepts stays there. The loop closes the handles, so this outlives it.
class echo_door {
public:
    echo_door() = default;
    echo_door(const echo_door&) = delete;
    echo_door& operator=(const echo_door&) = delete;
    ~echo_door() = default;

    /// A client that connects before the loop runs is served when it runs.
    [[nodiscard]] unsigned short port() const noexcept { return listener_.port(); }
    /// Before the loop runs.
    void open_on(event_loop& loop);

private:
    own_listener listener_;
    uv_tcp_t socket_{};
    std::deque<echo_connection> connections_;
};

} // namespace bench::on_libuv
