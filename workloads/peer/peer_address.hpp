// Where the echo peer of this process's workload listens (W6).
#pragma once

#include <cstdint>
#include <optional>

namespace bench {

/// TCP port on 127.0.0.1 of the echo peer (workloads/peer/echo_peer.hpp) that was started for the workload;
/// none where the workload wants none. Sessions ask for it when they open. Any thread.
[[nodiscard]] std::optional<std::uint16_t> peer_port() noexcept;

/// Said by the code that started the peer, before a session is opened; none: there is no peer any more.
void set_peer_port(std::optional<std::uint16_t> port) noexcept;

} // namespace bench
