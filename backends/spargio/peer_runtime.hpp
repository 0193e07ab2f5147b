// The scenarios' runtime with connections to the echo peer and timers (W38, W39).
#pragma once

#include "backends/spargio/scenario_runtime.hpp"
#include "workloads/peer_connection.hpp"
#include "workloads/stream_runtime.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>

#include <spargio/spargio.hpp>

namespace bench {

/// A connection as scenarios see it.
class spargio_peer_stream {
public:
    explicit spargio_peer_stream(spargio::net::tcp_stream stream) : stream_(std::move(stream)) {}

    [[nodiscard]] auto read_some(std::span<std::byte> into) {
        return checked([&] { return stream_.read_some(into); });
    }
    /// Of one part.
    [[nodiscard]] auto write_all(std::span<iovec> parts) {
        const std::span from(static_cast<const std::byte*>(parts.front().iov_base), parts.front().iov_len);
        return checked_task(spargio::io::write_all(stream_, from));
    }
    [[nodiscard]] const spargio::net::tcp_stream& socket() const noexcept { return stream_; }

private:
    spargio::net::tcp_stream stream_;
};

class spargio_timer {
public:
    [[nodiscard]] auto until(std::uint64_t when_ns) {
        const std::chrono::steady_clock::time_point when{std::chrono::nanoseconds(when_ns)};
        return checked([&] { return spargio::sleep_until(when); });
    }
};

class spargio_peer_runtime : public spargio_scenario_runtime {
public:
    using spargio_scenario_runtime::spargio_scenario_runtime;

    [[nodiscard]] spargio_peer_stream& stream(std::size_t index) { return streams_[index]; }
    [[nodiscard]] joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& what) {
        return streams_[index].socket().spawn_on_session(std::move(what));
    }
    [[nodiscard]] spargio_timer make_timer(std::size_t) { return {}; }

    /// Connects; stream i belongs to shard i modulo `homes`.
    [[nodiscard]] task<std::uint64_t> open(std::uint64_t count, std::size_t homes) {
        const auto peer = spargio::net::endpoint::loopback(port_of_peer());
        for (std::uint64_t i = 0; i < count; ++i) {
            spargio::net::connect_options how;
            how.home = spargio::net::fixed{static_cast<std::uint32_t>(i % homes)};
            how.no_delay = true;
            how.send_buffer = peer_buffer_bytes;
            how.receive_buffer = peer_buffer_bytes;
            auto connected = co_await spargio::net::tcp_stream::connect(peer, how);
            if (!connected) fail_scenario(connected.error());
            streams_.emplace_back(std::move(*connected));
        }
        co_return count;
    }

private:
    std::deque<spargio_peer_stream> streams_;
};

static_assert(stream_runtime<spargio_peer_runtime>);

} // namespace bench
