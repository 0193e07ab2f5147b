// Messages and what waits for them, on the shard's own thread.
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

namespace spargio::detail {

void shard::used_elsewhere() noexcept {
    misused("what belongs to a shard (its messages, a remote_shard, a flush ticket) is used on another one");
}

bool shard::wait_for_event(event_wait& wait, std::coroutine_handle<> caller) noexcept {
    insist_on_here();
    // Cancelled from another shard, the task must still be resumed here: the list is this thread's alone.
    current_->held = true;
    idle_.wait_for_message_begins(mail_.plain().taken_so_far());
    return mail_.waiters().wait(wait, caller);
}

bool shard::wait_for_progress(progress_wait& wait, std::coroutine_handle<> caller) noexcept {
    insist_on_here();
    current_->held = true;
    return progress_.wait(wait, caller);
}

void shard::want_progress(bool wanted) noexcept {
    if (wanted ? progress_.empty() : !wants_progress_) return;
    wants_progress_ = wanted;
    for (std::size_t i = 0; i < core_.shard_count(); ++i) {
        shard_mail& mail = core_.at(i).mail_;
        if (lane* const outgoing = mail.plain().used_from(index_)) outgoing->want_progress(wanted);
        if (lane* const outgoing = mail.used_hot_from(index_)) outgoing->want_progress(wanted);
        if (direct_link* const outgoing = mail.plain().used_direct_from(index_))
            outgoing->want_progress(wanted);
    }
}

std::size_t shard::post_sorted(shard& target, std::span<const message> messages) noexcept {
    insist_on_here();
    hot_counters& sums = target.mail_.hot().counters();
    std::size_t accepted = 0;
    std::size_t coalesced = 0;
    bool ask = false; // whether the target sleeps
    for (const message& each : messages) {
        if (const auto index = sums.index_of(each.tag)) {
            ask |= sums.from(index_, *index).add(each.value, core_.options().hot_counter_wake_threshold);
            ++coalesced;
        } else {
            lane* const outgoing = mail_.hot().is_hot(each.tag) ? target.mail_.used_hot_from(index_)
                                                                : target.mail_.plain().used_from(index_);
            if (!outgoing->push_one(each)) break;
            ask = true;
        }
        ++accepted;
    }
    counters_.messages_coalesced.add(coalesced);
    counters_.messages_sent.add(accepted - coalesced);
    counters_.messages_overloaded.add(messages.size() - accepted);
    if (ask && target.parking_.asleep()) wake(target);
    return accepted;
}

} // namespace spargio::detail
