// Timers of a shard, on its own thread. They cost a shard that has none one test a turn, and one that has some
// a look at the clock a turn. No timer is ever given to the kernel: the shard sleeps until the next deadline.
#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <algorithm>

namespace spargio::detail {
namespace {

/// Timers that fire in one turn, so that a million of them keep ring and messages waiting no longer than this.
constexpr int expired_per_turn = 256;

/// The kernel adds the time to its clock without looking for overflow.
constexpr std::chrono::nanoseconds longest_sleep = std::chrono::hours(24 * 365);

} // namespace

bool shard::expire_timers() noexcept {
    if (timers_.empty()) return false;
    const auto now = timer_queue::clock::now();
    int count = 0;
    while (count < expired_per_turn) {
        auto* const expired = static_cast<timer_wait*>(timers_.pop_expired(now));
        if (expired == nullptr) break;
        ++count;
        counters_.timers_pending.lower();
        if (!expired->claim()) { // cancelled, and not yet resumed
            counters_.timers_cancelled.add();
            continue;
        }
        counters_.timers_fired.add();
        // In order, and so not by resume_soon(), which lets the last one go first.
        queue_.push(expired->answer());
    }
    return count != 0;
}

std::chrono::nanoseconds shard::time_to_next_timer() noexcept {
    if (timers_.empty()) return ring::no_limit;
    const auto now = timer_queue::clock::now();
    return std::clamp<std::chrono::nanoseconds>(timers_.next_deadline() - now, std::chrono::nanoseconds::zero(),
                                                longest_sleep);
}

void shard::arm_timer(timer_wait& wait, timer_queue::time_point deadline) noexcept {
    if (wait.pending())
        timers_.remove(wait);
    else
        counters_.timers_pending.raise();
    timers_.insert(wait, deadline);
}

void shard::disarm_timer(timer_wait& wait) noexcept {
    if (!wait.pending()) return;
    timers_.remove(wait);
    counters_.timers_pending.lower();
    counters_.timers_cancelled.add();
}

/// The runtime stops: whoever waits is told.
void shard::close_timers() noexcept {
    while (auto* const wait = static_cast<timer_wait*>(timers_.pop_any())) {
        counters_.timers_pending.lower();
        counters_.timers_cancelled.add();
        if (wait->claim()) wait->finish(errc::closed);
    }
}

timer_context timer_context::here() noexcept {
    shard* const current = shard::current();
    if (current == nullptr) misused("waiting for time outside a shard");
    return timer_context(*current);
}

bool timer_context::stopping() const noexcept { return shard_->stopping(); }

bool timer_context::is_here() const noexcept { return shard::current() == shard_; }

void timer_context::hold() noexcept { shard_->current_task()->held = true; }

bool timer_context::suspend(timer_wait& wait, std::coroutine_handle<> caller) noexcept {
    hold(); // cancelled from another shard, it must still be resumed here: the timers are this thread's alone
    return wait.wait_unlisted(caller);
}

void timer_context::arm(timer_wait& wait, time_point deadline) noexcept { shard_->arm_timer(wait, deadline); }

void timer_context::disarm(timer_wait& wait) noexcept { shard_->disarm_timer(wait); }

void timer_context::end(timer_wait& wait) noexcept {
    disarm(wait);
    shard_->current_task()->held = false;
}

void timer_context::bring(std::coroutine_handle<> caller) noexcept {
    shard::here()->move_current(*shard_, caller);
}

void timer_context::start(task_header& task) noexcept { shard_->start(task); }

} // namespace spargio::detail
