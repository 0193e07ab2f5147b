// peer=self (W6): a listener whose connections are echoed by a task each, pinned to the shard that the
// connection belongs to.
#pragma once

#include "backends/spargio/checked.hpp"
#include "workloads/peer/own_listener.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <spargio/spargio.hpp>

namespace bench {

class own_server {
public:
    own_server() : listener_(spargio::file_descriptor(listening_.take())) {}

    [[nodiscard]] spargio::net::endpoint address() const {
        return spargio::net::endpoint::loopback(listening_.port());
    }

    /// Accepts the next connection and serves it on that shard, until the other side ends it or the runtime
    /// stops.
    [[nodiscard]] spargio::task<std::uint64_t> serve_next(std::uint32_t shard) const {
        auto accepted = co_await listener_.accept(spargio::net::fixed{shard});
        if (!accepted) fail_scenario(accepted.error());
        const std::uint32_t home = accepted->home();
        spargio::spawn(echo(std::move(*accepted)), spargio::pinned{home}).detach();
        co_return home;
    }

private:
    /// An error is an end: the other side sees it.
    static spargio::task<std::uint64_t> echo(spargio::net::tcp_stream client) {
        std::vector<std::byte> chunk(echo_chunk_bytes);
        std::uint64_t echoed = 0;
        for (;;) {
            const auto count = co_await client.read_some(chunk);
            if (!count || *count == 0) break;
            const auto written = co_await spargio::io::write_all(client, std::span(chunk).first(*count));
            if (!written) break;
            echoed += *count;
        }
        co_return echoed;
    }

    own_listener listening_; // its port, once the listener has the socket
    spargio::net::tcp_listener listener_;
};

} // namespace bench
