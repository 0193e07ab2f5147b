#include <spargio/net/session_policy.hpp>

#include <spargio/ops/detail/operation_session.hpp>

#include <atomic>

namespace spargio::net {

std::uint32_t home_of_session(const session_policy& policy) noexcept {
    static std::atomic<std::uint32_t> next{0};
    if (const auto* given = std::get_if<fixed>(&policy)) return given->shard % session_context::shards();
    if (std::holds_alternative<round_robin>(policy))
        return next.fetch_add(1, std::memory_order_relaxed) % session_context::shards();
    return session_context::here();
}

} // namespace spargio::net
