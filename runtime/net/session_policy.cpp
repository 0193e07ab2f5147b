#include <spargio/net/session_policy.hpp>

#include <spargio/detail/doors/launching.hpp>

#include <atomic>

namespace spargio::net {

std::uint32_t home_of_session(const session_policy& policy) noexcept {
    static std::atomic<std::uint32_t> next{0};
    if (const auto* given = std::get_if<fixed>(&policy)) return given->shard % spargio::detail::shards_here();
    if (std::holds_alternative<round_robin>(policy))
        return next.fetch_add(1, std::memory_order_relaxed) % spargio::detail::shards_here();
    return spargio::detail::index_here();
}

} // namespace spargio::net
