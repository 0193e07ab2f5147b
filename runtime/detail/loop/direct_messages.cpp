// Messages that ride in the completion of a MSG_RING request (R19), on the shard's own thread.
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <algorithm>
#include <new>

namespace spargio::detail {

std::expected<std::size_t, errc> shard::post_direct(shard& target, std::span<const message> messages) noexcept {
    if (current() != this) misused("a remote_shard is used on another shard than the one that made it");
    if (!std::ranges::all_of(messages, direct_limits::fits)) return std::unexpected(errc::does_not_fit);
    if (stopping()) return std::unexpected(errc::closed);
    if (!mail_.hot().used()) [[likely]]
        return ride(target, messages);
    // What a hot tag means goes before how a message travels.
    std::size_t accepted = 0;
    for (const message& each : messages) {
        const std::span one(&each, 1);
        const bool hot = mail_.hot().is_hot(each.tag) || mail_.hot().counters().index_of(each.tag).has_value();
        const auto done = hot ? post_sorted(target, one) : ride(target, one);
        if (!done && accepted == 0) return done;
        if (!done || *done == 0) break;
        ++accepted;
    }
    return accepted;
}

std::expected<std::size_t, errc> shard::ride(shard& target, std::span<const message> messages) noexcept {
    direct_link* made = nullptr;
    try {
        made = &target.mail_.plain().direct_from(index_);
    } catch (const std::bad_alloc&) {
        return std::unexpected(errc::no_resources);
    }
    direct_link& link = *made;
    const std::size_t count = std::min(messages.size(), link.room());
    counters_.messages_sent.add(count);
    counters_.messages_overloaded.add(messages.size() - count);
    if (count == 0) return 0;
    std::uint32_t slots[direct_limits::most_outstanding];
    for (std::size_t i = 0; i < count; ++i) slots[i] = link.put(messages[i]);
    link.publish();
    std::size_t carried = 0;
    // A ring can't write to itself, and what a polling thread of the kernel may take up can't be taken back.
    if (&target != this && features_.between_shards == shard_wake::msg_ring && !features_.sqpoll) {
        while (carried < count &&
               ring_->queue_message(target.ring_descriptor_, {index_, slots[carried], messages[carried]},
                                    std::uint64_t{target.index_} << direct_message::slot_bits | slots[carried]))
            ++carried;
        carried -= ring_->submit_messages(static_cast<unsigned>(carried));
    }
    counters_.messages_direct.add(carried);
    if (carried == count) return count;
    link.hand_over_newest(count - carried);
    wake(target);
    return count;
}

void shard::direct_came_back(std::uint64_t payload) noexcept {
    counters_.messages_returned.add();
    constexpr std::uint64_t slots = std::uint64_t{1} << direct_message::slot_bits;
    shard& target = core_.at(payload / slots);
    target.mail_.plain().used_direct_from(index_)->hand_over(static_cast<std::uint32_t>(payload % slots));
    wake(target);
}

void shard::take_direct(std::uint64_t payload, std::int32_t result) noexcept {
    const auto [source, slot, carried] = direct_message::unpack(payload, result);
    mail_.plain().direct_arrived(source, slot, carried);
}

} // namespace spargio::detail
