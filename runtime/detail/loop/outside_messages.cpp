// Messages from threads that own no ring (R23).
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>

#include <cassert>
#include <new>

namespace spargio::detail {

std::expected<injection_queue*, errc> shard::way_from_outside(std::uint32_t tag) noexcept {
    if (core_.stopping() || core_.inherited()) return std::unexpected(errc::closed);
    try {
        return &(hot_.is_hot(tag) ? hot_.lanes() : mailbox_).from_outside();
    } catch (const std::bad_alloc&) {
        return std::unexpected(errc::no_resources);
    }
}

status shard::post_from_outside(message sent) noexcept {
    if (hot_.counters().index_of(sent.tag)) return count_from_outside(sent);
    const auto queue = way_from_outside(sent.tag);
    if (!queue) return std::unexpected(queue.error());
    if (!(*queue)->push(sent)) return std::unexpected(errc::overloaded);
    nudge();
    return {};
}

status shard::send_from_outside(message sent) noexcept {
    assert(current() == nullptr && "runtime_handle::send() would block a shard");
    if (current() != nullptr || hot_.counters().index_of(sent.tag)) return post_from_outside(sent);
    const auto queue = way_from_outside(sent.tag);
    if (!queue) return std::unexpected(queue.error());
    // The order is that of request_stop(), which makes it true and then wakes the threads that wait.
    const auto ended = [this] { return core_.stopping_before_sleep(); };
    if (!(*queue)->push_waiting(sent, ended)) return std::unexpected(errc::closed);
    nudge();
    return {};
}

status shard::count_from_outside(message sent) noexcept {
    const auto index = hot_.counters().index_of(sent.tag);
    if (!index) return std::unexpected(errc::does_not_fit);
    if (core_.stopping() || core_.inherited()) return std::unexpected(errc::closed);
    if (hot_.counters().from_outside(*index).add(sent.value, core_.options().hot_counter_wake_threshold))
        nudge();
    return {};
}

void shard::release_outside() noexcept {
    mailbox_.wake_outside();
    hot_.lanes().wake_outside();
}

} // namespace spargio::detail
