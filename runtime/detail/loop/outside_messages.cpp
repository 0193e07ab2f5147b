// Messages from threads that own no ring (R23).
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>

#include <cassert>
#include <new>

namespace spargio::detail {
namespace {

std::expected<injection_queue*, errc> way_from_outside(const runtime_core& core, shard_mail& mail,
                                                       std::uint32_t tag) noexcept {
    if (core.stopping() || core.inherited()) return std::unexpected(errc::closed);
    try {
        return &mail.from_outside(tag);
    } catch (const std::bad_alloc&) {
        return std::unexpected(errc::no_resources);
    }
}

} // namespace

status shard::post_from_outside(message sent) noexcept {
    if (mail_.hot().counters().index_of(sent.tag)) return count_from_outside(sent);
    const auto queue = way_from_outside(core_, mail_, sent.tag);
    if (!queue) return std::unexpected(queue.error());
    if (!(*queue)->push(sent)) return std::unexpected(errc::overloaded);
    nudge();
    return {};
}

status shard::send_from_outside(message sent) noexcept {
    assert(current() == nullptr && "runtime_handle::send() would block a shard");
    if (current() != nullptr || mail_.hot().counters().index_of(sent.tag)) return post_from_outside(sent);
    const auto queue = way_from_outside(core_, mail_, sent.tag);
    if (!queue) return std::unexpected(queue.error());
    // The order is that of request_stop(), which makes it true and then wakes the threads that wait.
    const auto ended = [this] { return core_.stopping_before_sleep(); };
    if (!(*queue)->push_waiting(sent, ended)) return std::unexpected(errc::closed);
    nudge();
    return {};
}

status shard::count_from_outside(message sent) noexcept {
    const auto index = mail_.hot().counters().index_of(sent.tag);
    if (!index) return std::unexpected(errc::does_not_fit);
    if (core_.stopping() || core_.inherited()) return std::unexpected(errc::closed);
    if (mail_.hot().counters().from_outside(*index).add(sent.value, core_.options().hot_counter_wake_threshold))
        nudge();
    return {};
}

void shard::release_outside() noexcept { mail_.wake_outside(); }

} // namespace spargio::detail
