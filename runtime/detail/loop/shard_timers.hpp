// The timers of one shard. They cost a shard that has none one test a turn, and one that has some a look at the
// clock a turn. No timer is ever given to the kernel: the shard sleeps until the next deadline.
#pragma once

#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/detail/sched/run_queue.hpp>
#include <spargio/detail/sched/timer_queue.hpp>
#include <spargio/observe/shard_stats.hpp>

#include <chrono>

namespace spargio::detail {

/// For the shard's thread.
class shard_timers {
public:
    explicit shard_timers(shard_counters& counters) noexcept : counters_(counters) {}

    [[nodiscard]] bool empty() const noexcept { return timers_.empty(); }

    /// `wait` is finished when `deadline` has come; one that is armed already gets the new deadline.
    void arm(timer_wait& wait, timer_queue::time_point deadline) noexcept;
    /// Takes it out, if it is still there.
    void disarm(timer_wait& wait) noexcept;

    /// Puts the tasks whose time has come into the queue, so many at most that a million of them keep ring and
    /// messages waiting no longer than that takes. Whether any has.
    bool expire(run_queue& into) noexcept;

    /// How long to sleep at most; `never` without a timer.
    [[nodiscard]] std::chrono::nanoseconds time_to_next(std::chrono::nanoseconds never) const noexcept;

    /// The runtime stops: each wait is told `closed`.
    void close() noexcept;

private:
    timer_queue timers_;
    shard_counters& counters_;
};

} // namespace spargio::detail
