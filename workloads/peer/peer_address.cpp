#include "workloads/peer/peer_address.hpp"

#include <atomic>

namespace bench {
namespace {

std::atomic<std::uint16_t> known{0}; // 0: none, which no listener has

} // namespace

std::optional<std::uint16_t> peer_port() noexcept {
    const auto port = known.load(std::memory_order_relaxed);
    return port == 0 ? std::nullopt : std::optional(port);
}

void set_peer_port(std::optional<std::uint16_t> port) noexcept {
    known.store(port.value_or(0), std::memory_order_relaxed);
}

} // namespace bench
