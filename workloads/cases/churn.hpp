// W37: short connections that a client, a process of its own (churn_client/), makes to four listeners of the
// backend under test: connect, one frame there and back, close. The accept side is what is measured.
//
// The server closes first, as HTTP/1.0 did, and the client answers that with a reset (SO_LINGER 0): so neither
// side keeps a connection in TIME_WAIT, no port is used up however many connections there are, and no server
// ever sees an error. The client counts a connection only when its frame has come back whole and the server has
// closed, so its answer says that the server has done all of its work.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

inline constexpr std::size_t churn_listeners = 4;
/// Of the frame: a server may hold it in an array.
inline constexpr std::size_t most_churn_frame_bytes = 512;

/// The shape of a slice, read from the parameters once, before the timing.
struct churn_shape {
    std::uint64_t connections; ///< of an iteration
    std::uint64_t frame_bytes;
    std::uint64_t window; ///< connections that the client has open at most
    std::size_t workers;

    static churn_shape read(const parameters& values);
};

/// The listener that a connection goes to: 8, 4, 3 and 1 of 16, in an order that the seed decides.
[[nodiscard]] constexpr std::size_t churn_listener_of(std::uint64_t seed, std::uint64_t connection) noexcept {
    const std::uint64_t draw = mix(seed + connection) % 16;
    return draw < 8 ? 0 : draw < 12 ? 1 : draw < 15 ? 2 : 3;
}

/// Word 0 of a connection's frame; word w is this + w.
[[nodiscard]] constexpr std::uint64_t churn_first_word(std::uint64_t seed, std::uint64_t connection) noexcept {
    return mix(seed + (std::uint64_t{churn_listener_of(seed, connection)} << 40) + connection);
}

/// What a connection whose words add up to `sum` adds to the checksum.
[[nodiscard]] constexpr std::uint64_t churn_checksum(std::uint64_t sum, std::uint64_t connection) noexcept {
    return mix(sum + connection);
}

/// What is said on the control connection between a session and the client, both on one machine: the words as
/// they stand in memory. The session asks, the client answers, as often as the session likes.
struct churn_request {
    std::uint64_t connections;
    std::uint64_t seed;
    std::uint64_t frame_bytes;
    std::uint64_t window;
    std::array<std::uint64_t, churn_listeners> ports; ///< on 127.0.0.1
};
struct churn_answer {
    std::uint64_t connections; ///< that were served rightly
    std::uint64_t checksum;
    std::uint64_t error; ///< errno of what went wrong; 0: nothing
};

[[nodiscard]] std::vector<workload> churn_workloads();

} // namespace bench
