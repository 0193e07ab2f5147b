// The ring of a shard: what goes to the kernel and what comes back, on the shard's own thread (R25).
#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/detail/doors/registered_context.hpp>
#include <spargio/detail/loop/doors/registered_files.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/ring/fault_plan.hpp>
#include <spargio/observe/trace.hpp>

namespace spargio::detail {

void shard::look_at_ring() noexcept {
    if (ring_->has_unsubmitted() || ring_->kernel_has_more()) {
        if (ring_->overflown()) counters_.ring_overflows.add();
        ring_->submit_and_fetch();
    }
    const unsigned taken = ring_->reap([this](const completion& done) { take(done); });
    if (taken != 0) counters_.completions.add(taken);
}

void shard::fetch_what_ended() noexcept {
    // The kernel gives some twenty completions a call (6.13).
    constexpr int most_calls = 64;
    int calls = 0;
    do look_at_ring();
    while (ring_->kernel_has_more() && ++calls < most_calls);
}

void shard::take(const completion& done) noexcept {
    switch (done.data.kind) {
    case completion_kind::operation: {
        const auto seen = requests_.take(done.data.payload, done.result, done.flags);
        idle_.saw_answer(seen.by_peer);
        if (seen.runnable != nullptr) queue_.push(*seen.runnable);
        break;
    }
    case completion_kind::cancel: // what it was to end has ended by itself
        break;
    case completion_kind::ringing:
        trace::bell_received();
        counters_.bells_received.add(); // it says "look in your lanes", and that is what every turn does
        break;
    case completion_kind::wake_read:
        trace::bell_received();
        counters_.bells_received.add();
        while (!ring_->arm_wake_read()) look_at_ring();
        break;
    case completion_kind::direct:
        take_direct(done.data.payload, done.result);
        break;
    case completion_kind::returned:
        direct_came_back(done.data.payload);
        break;
    case completion_kind::bell:
        bell_failed(core_.at(done.data.payload));
        break;
    }
}

/// Only failures come back. The target's sleep is claimed, so nobody else will wake it.
void shard::bell_failed(shard& target) noexcept {
    counters_.bells_failed.add();
    ring::wake_foreign(target.features_, target.ring_descriptor_, target.wake_descriptor_);
}

/// The kernel takes nothing before completions have been taken from it.
io_uring_sqe& shard::entry_after_looking() noexcept {
    for (;;) {
        look_at_ring();
        if (io_uring_sqe* const entry = ring_->try_entry()) return *entry;
    }
}

/// Frames hold what the kernel may still write to: before they go everything in flight must have ended. What
/// was asked to end and does not, the kernel can't be made to give up (a disk or a server that does not
/// answer), so there is nothing to do but to wait on.
void shard::drain_requests() noexcept {
    requests_.cancel_all();
    while (requests_.any()) {
        ring_->submit_and_wait();
        look_at_ring();
    }
}

bool shard::may_attempt() noexcept {
    if (current_ == nullptr || stopping()) return false;
    if (current_->cancel_requested()) return false;
    if (fault_plan::installed() != nullptr) [[unlikely]]
        return false; // a plan judges requests to the ring
    return may_go_on(ready_allowance::cost_of_an_attempt);
}

receive_buffers& shard::buffers() { return tables_.buffers(*this, *ring_, core_.options()); }

const std::shared_ptr<registered_home>& shard::registered() {
    return tables_.registered(*this, *ring_, core_.options(), counters_);
}

const std::shared_ptr<registered_files>& shard::files() {
    return tables_.files(*this, *ring_, core_.options(), counters_);
}

} // namespace spargio::detail
