// What scenarios with connections and owners of tables ask of Spargio.
#pragma once

#include "backends/spargio/batch_lane.hpp"
#include "backends/spargio/own_server.hpp"
#include "backends/spargio/peer_runtime.hpp"
#include "workloads/scenarios/owner_runtime.hpp"
#include "workloads/traffic/stream_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bench {

/// The scenarios' runtime, with connections, and lanes for batches of messages.
class spargio_stream_runtime : public spargio_peer_runtime {
public:
    using spargio_peer_runtime::spargio_peer_runtime;

    [[nodiscard]] batch_lane batches(std::size_t worker) {
        return batch_lane(static_cast<std::uint32_t>(worker));
    }
    [[nodiscard]] bool shares_worker(std::size_t index, std::size_t worker) const {
        return stream(index).socket().home() == worker;
    }

    /// Connects to the peer that the shape names.
    [[nodiscard]] task<std::uint64_t> open(const stream_shape& shape) {
        std::optional<own_server> self;
        if (shape.serves_itself) self.emplace();
        const auto peer = self ? self->address() : spargio::net::endpoint::loopback(port_of_peer());
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            co_await connect(peer, home_of(i));
            if (self) co_await self->serve_next(static_cast<std::uint32_t>(shape.server_of(i)));
        }
        co_return shape.streams;
    }
};

static_assert(owner_runtime<spargio_stream_runtime>);

} // namespace bench
