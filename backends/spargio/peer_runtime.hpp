// The scenarios' runtime with connections to the echo peer (W30–W36, W38–W40) and timers.
#pragma once

#include "backends/spargio/scenario_runtime.hpp"
#include "backends/spargio/stream_choices.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/scenarios/stream_runtime.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <spargio/spargio.hpp>

namespace bench {

/// A connection as scenarios see it.
class spargio_peer_stream {
public:
    explicit spargio_peer_stream(spargio::net::tcp_stream stream) : stream_(std::move(stream)) {}

    [[nodiscard]] auto read_some(std::span<std::byte> into) {
        return checked([&] { return stream_.read_some(into); });
    }
    [[nodiscard]] auto write_all(std::span<iovec> parts) {
        return checked_task(parts.size() == 1 ? spargio::io::write_all(stream_, bytes_of(parts.front()))
                                              : spargio::io::write_all(stream_, parts));
    }
    [[nodiscard]] const spargio::net::tcp_stream& socket() const noexcept { return stream_; }

private:
    [[nodiscard]] static std::span<const std::byte> bytes_of(const iovec& part) noexcept {
        return {static_cast<const std::byte*>(part.iov_base), part.iov_len};
    }

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
    spargio_peer_runtime(std::size_t workers, stream_choices choices)
        : spargio_scenario_runtime(workers), choices_(choices) {}

    [[nodiscard]] spargio_peer_stream& stream(std::size_t index) { return streams_[index]; }
    [[nodiscard]] const spargio_peer_stream& stream(std::size_t index) const { return streams_[index]; }
    [[nodiscard]] joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& work) {
        const spargio::net::tcp_stream& socket = streams_[index].socket();
        return choices_.place == stream_choices::task_place::session
                   ? socket.spawn_on_session(std::move(work))
                   : socket.spawn_stealable_on_session(std::move(work));
    }
    [[nodiscard]] spargio_timer make_timer(std::size_t) { return {}; }

    /// Connects to the echo peer.
    [[nodiscard]] task<std::uint64_t> open(std::uint64_t count) {
        const auto peer = spargio::net::endpoint::loopback(port_of_peer());
        streams_.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i) co_await connect(peer, home_of(i));
        co_return count;
    }

protected:
    /// The shard that stream belongs to.
    [[nodiscard]] spargio::net::session_policy home_of(std::uint64_t stream) const {
        switch (choices_.homes) {
        case stream_choices::home::round_robin:
            return spargio::net::round_robin{};
        case stream_choices::home::preferred:
            return spargio::net::context_preferred{};
        case stream_choices::home::by_turns:
            break;
        }
        return spargio::net::fixed{static_cast<std::uint32_t>(stream)};
    }
    /// One more stream.
    [[nodiscard]] task<std::uint64_t> connect(spargio::net::endpoint peer, spargio::net::session_policy home) {
        spargio::net::connect_options options(home);
        options.no_delay = true;
        options.send_buffer = peer_buffer_bytes;
        options.receive_buffer = peer_buffer_bytes;
        auto connected = co_await spargio::net::tcp_stream::connect(peer, options);
        if (!connected) fail_scenario(connected.error());
        streams_.emplace_back(std::move(*connected));
        co_return streams_.size();
    }

private:
    stream_choices choices_;
    std::vector<spargio_peer_stream> streams_;
};

static_assert(stream_runtime<spargio_peer_runtime>);

} // namespace bench
