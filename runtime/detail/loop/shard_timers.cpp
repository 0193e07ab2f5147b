#include <spargio/detail/loop/shard_timers.hpp>

#include <algorithm>

namespace spargio::detail {
namespace {

/// Timers that fire in one turn.
constexpr int expired_per_turn = 256;

/// The kernel adds the time to its clock without looking for overflow.
constexpr std::chrono::nanoseconds longest_sleep = std::chrono::hours(24 * 365);

} // namespace

bool shard_timers::expire(run_queue& into) noexcept {
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
        into.push(expired->answer());
    }
    return count != 0;
}

std::chrono::nanoseconds shard_timers::time_to_next(std::chrono::nanoseconds never) const noexcept {
    if (timers_.empty()) return never;
    const auto now = timer_queue::clock::now();
    return std::clamp<std::chrono::nanoseconds>(timers_.next_deadline() - now, std::chrono::nanoseconds::zero(),
                                                longest_sleep);
}

void shard_timers::arm(timer_wait& wait, timer_queue::time_point deadline) noexcept {
    if (wait.pending())
        timers_.remove(wait);
    else
        counters_.timers_pending.raise();
    timers_.insert(wait, deadline);
}

void shard_timers::disarm(timer_wait& wait) noexcept {
    if (!wait.pending()) return;
    timers_.remove(wait);
    counters_.timers_pending.lower();
    counters_.timers_cancelled.add();
}

void shard_timers::close() noexcept {
    while (auto* const wait = static_cast<timer_wait*>(timers_.pop_any())) {
        counters_.timers_pending.lower();
        counters_.timers_cancelled.add();
        if (wait->claim()) wait->finish(errc::closed);
    }
}

} // namespace spargio::detail
