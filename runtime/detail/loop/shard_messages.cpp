// Messages and what waits for them, on the shard's own thread.
#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

namespace spargio::detail {
namespace {

constexpr std::uint64_t stream_burst = 8; // messages between two waits that make a stream

} // namespace

void shard::used_elsewhere() noexcept {
    misused("what belongs to a shard (its messages, a remote_shard, a flush ticket) is used on another one");
}

void shard::resume_soon(task_header& task) noexcept {
    if (queue_.push_next(task) && core_.parked.load(std::memory_order_seq_cst) != 0) wake_a_thief();
}

void shard::start(task_header& task) noexcept {
    task.home = this;
    const bool stays = task.moves == mobility::pinned; // once pushed it may be stolen, run and gone
    queue_.push(task);
    if (stays) return;
    if (core_.parked.load(std::memory_order_seq_cst) != 0) wake_a_thief();
}

bool shard::wait_for_event(event_wait& wait, std::coroutine_handle<> caller) noexcept {
    insist_on_here();
    // Cancelled from another shard, the task must still be resumed here: the list is this thread's alone.
    current_->held = true;
    const std::uint64_t taken = mailbox_.taken_so_far();
    streaming_ = taken - taken_at_last_wait_ >= stream_burst;
    taken_at_last_wait_ = taken;
    return event_waiters_.wait(wait, caller);
}

bool shard::wait_for_progress(progress_wait& wait, std::coroutine_handle<> caller) noexcept {
    insist_on_here();
    current_->held = true;
    // At the end: earlier waits are served first, which keeps the order of messages to one target.
    progress_wait** at = &progress_waits_;
    while (*at != nullptr) at = &(*at)->next_;
    wait.next_ = nullptr;
    wait.enlisted_ = true;
    *at = &wait;
    if (wait.wait_unlisted(caller)) return true;
    forget_progress(wait);
    return false;
}

void shard::forget_progress(progress_wait& wait) noexcept {
    if (!wait.enlisted_) return;
    wait.enlisted_ = false;
    for (progress_wait** at = &progress_waits_; *at != nullptr; at = &(*at)->next_) {
        if (*at != &wait) continue;
        *at = wait.next_;
        return;
    }
}

bool shard::advance_waits() noexcept {
    bool any = false;
    for (progress_wait** at = &progress_waits_; *at != nullptr;) {
        progress_wait& wait = **at;
        if (!wait.advance(*this)) {
            at = &wait.next_;
            continue;
        }
        *at = wait.next_;
        wait.enlisted_ = false;
        if (wait.claim()) wait.finish();
        any = true;
    }
    return any;
}

void shard::want_progress(bool wanted) noexcept {
    if (wanted ? progress_waits_ == nullptr : !wants_progress_) return;
    wants_progress_ = wanted;
    for (std::size_t i = 0; i < core_.shard_count(); ++i) {
        shard& target = core_.at(i);
        if (lane* const outgoing = used_lane_to(target)) outgoing->want_progress(wanted);
        if (lane* const outgoing = used_hot_lane_to(target)) outgoing->want_progress(wanted);
        if (direct_link* const outgoing = used_direct_to(target)) outgoing->want_progress(wanted);
    }
}

std::size_t shard::post_sorted(shard& target, std::span<const message> messages) noexcept {
    insist_on_here();
    hot_counters& sums = target.hot_.counters();
    std::size_t accepted = 0;
    std::size_t coalesced = 0;
    bool ask = false; // whether the target sleeps
    for (const message& each : messages) {
        if (const auto index = sums.index_of(each.tag)) {
            ask |= sums.from(index_, *index).add(each.value, core_.options().hot_counter_wake_threshold);
            ++coalesced;
        } else {
            lane* const outgoing = hot_.is_hot(each.tag) ? used_hot_lane_to(target) : used_lane_to(target);
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

void shard::close_waits() noexcept {
    while (wait_node* const waiter = event_waiters_.claim_first()) waiter->finish(errc::closed);
    hot_.close_waits();
    while (progress_waits_ != nullptr) {
        progress_wait& wait = *progress_waits_;
        forget_progress(wait);
        if (wait.claim()) wait.finish(errc::closed);
    }
    close_timers();
    cancel_operations();
    if (buffers_ != nullptr) buffers_->close_waits();
}

} // namespace spargio::detail
