// What a shard does when it has nothing to do: it spins, lets others run, sleeps. idle_policy.hpp decides
// which; here it is done so that no wake-up is lost.
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/process_barrier.hpp>
#include <spargio/observe/trace.hpp>

#include <cassert>
#include <chrono>
#include <thread>

namespace spargio::detail {
namespace {

/// From making work visible to asking whether its target sleeps: some ns, or as long as a waker is without CPU.
constexpr std::chrono::milliseconds longest_way_to_the_bell(100);

} // namespace

void shard::pass_time() noexcept {
    idle_.found_nothing();
    if (idle_.spins_on(requests_.any()))
        spin();
    else if (!let_peers_run())
        park();
}

void shard::spin() noexcept {
    if (idle_.begins_to_spin()) counters_.spins.add();
    if (idle_.is_thorough_round()) {
        thief_.begin_searching();
        look_at_ring();
    } else if (requests_.any()) {
        look_at_ring();
    }
    idle_.pause();
}

/// Whether that has brought work.
bool shard::let_peers_run() noexcept {
    if (!idle_.worth_yielding(requests_.any())) return false;
    std::this_thread::yield();
    look_at_ring();
    idle_.has_yielded(!queue_.empty());
    return !queue_.empty();
}

void shard::park() noexcept {
    assert(queue_.empty() && "a shard must not sleep on runnable tasks");
    thief_.clear_mark();
    want_progress(true);
    core_.parked.fetch_add(1, std::memory_order_seq_cst);
    parking_.announce_sleep();
    // The wakers have left the order of their stores and questions to the shard that goes to sleep.
    if (wake_order_ == wake_order::by_sleeper) process_barrier::run();
    const bool work = work_before_sleep();
    // Last, because it looks at the clock.
    const auto limit = work ? std::chrono::nanoseconds::zero() : timers_.time_to_next(ring::no_limit);
    if (limit != std::chrono::nanoseconds::zero()) sleep(limit);
    parking_.stay_awake();
    core_.parked.fetch_sub(1, std::memory_order_relaxed);
    thief_.begin_searching(); // the shard that woke us may have done so for a theft
    want_progress(false);
    look_at_ring();
}

void shard::sleep(std::chrono::nanoseconds limit) noexcept {
    counters_.parks.add();
    first_cpu_.release();
    idle_.going_to_sleep(requests_.any());
    trace::parks();
    ring_->submit_and_wait(limit);
    trace::unparks();
    idle_.woke_up();
    if (limit != ring::no_limit && overslept()) counters_.timeout_wakes_with_work.add();
    if (thread_.was_moved()) counters_.affinity_violations.add();
    counters_.completions_lost.set(ring_->completions_lost());
}

bool shard::work_before_sleep() noexcept {
    if (!queue_.empty() || core_.stopping_before_sleep() || !arrivals_.empty_before_sleep()) return true;
    if (mail_.work_before_sleep()) return true;
    if (tables_.must_serve_before_sleep() || thief_.sees_loot_before_sleep()) return true;
    return progress_.advance(*this);
}

/// Work whose bringer then asks whether this shard sleeps. What can be stolen is not among it: that wakes one
/// shard, not each.
bool shard::has_work_of_wakers() noexcept {
    return !arrivals_.empty_before_sleep() || mail_.work_before_sleep();
}

/// After a sleep that a timer would have ended: whether work is here whose bringer has not woken us (P3). A
/// thread that has brought it just now may not have come to the question yet; it gets time for that before it
/// is blamed, since its CPU may have been taken from it in between. So this waits only where a wake-up seems to
/// be lost.
bool shard::overslept() noexcept {
    if (parking_.claimed() || !has_work_of_wakers()) return false;
    const auto patience = std::chrono::steady_clock::now() + longest_way_to_the_bell;
    while (std::chrono::steady_clock::now() < patience) {
        std::this_thread::yield();
        if (parking_.claimed()) return false;
    }
    return true;
}

} // namespace spargio::detail
