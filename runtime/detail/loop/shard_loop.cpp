// The loop of a shard.
#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/detail/doors/registered_context.hpp>
#include <spargio/detail/loop/registered_files.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/observe/trace.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

namespace spargio::detail {
namespace {

constexpr int stream_pauses = 16; // about 0.3 us

/// From making work visible to asking whether its target sleeps: some ns, or as long as a waker is without CPU.
constexpr std::chrono::milliseconds longest_way_to_the_bell(100);

} // namespace

void shard::run_until_stopped() {
    for (;;) {
        const bool arrived = gather();
        const bool timed = expire_timers();
        offer_rest();
        const bool worked = run_tasks() || arrived || timed;
        finish_turn();
        if (core_.stopping()) {
            if (stop_turn(worked)) return;
            continue;
        }
        if (worked) {
            idle_rounds_ = 0;
            spin_.found_work();
            if (std::exchange(was_idle_, false)) note_end_of_idling(arrived, timed);
            // Who is about to sleep hands over what he has asked for and waits with one system call.
            const bool about_to_sleep = (!spin_.ever() || waits_for_peers()) && queue_.empty();
            if (!about_to_sleep || std::exchange(left_ring_alone_, true)) {
                left_ring_alone_ = false;
                look_at_ring();
            }
            continue;
        }
        if (steal()) {
            was_idle_ = false;
            continue;
        }
        was_idle_ = true;
        peer_answered_ = false;
        if (!waits_for_peers() && spin_.go_on()) {
            if (idle_rounds_ == 0) counters_.spins.add();
            // A ring without operations changes rarely while its shard is awake, so it is looked at rarely; and
            // a shard that waits for an answer of some ns need not tell the others that it is free.
            if (++idle_rounds_ % 16 == 0) {
                begin_searching();
                look_at_ring();
            } else if (operations_.size() != 0) {
                look_at_ring();
            }
            crowding_.idle_round(idle_rounds_);
            // Each look at a lane takes its line from the sender. In a stream it pays to let messages gather.
            for (int pauses = streaming_ ? stream_pauses : 1; pauses > 0; --pauses) cpu_relax();
            continue;
        }
        if (!let_peers_run()) park();
    }
}

void shard::note_end_of_idling(bool by_others, bool by_time) noexcept {
    if (peer_answered_ && !by_others)
        peer_wakes_ = std::min(peer_wakes_ + 1, most_peer_wakes);
    else if (by_others || !by_time) // a timer says nothing of what comes next
        peer_wakes_ = std::max(peer_wakes_ - 1, 0);
}

/// Whether what ends this idling will probably come over a socket, as it mostly did of late. For that it does
/// not pay to spin: it takes as long as another process takes, who may want this very CPU, and the kernel wakes
/// us itself, without a doorbell. What the kernel's own workers do, as most work on files, is soon done.
bool shard::waits_for_peers() const noexcept {
    return peer_wakes_ > most_peer_wakes / 2 && !spins_for_io_ && operations_.size() != 0;
}

/// Before a sleep that a peer will end: it may well stand in line for this very CPU. Then it answers at once,
/// more of them do, and neither has to be woken. With spin=0 a shard sleeps without further ado. Whether that
/// has brought work.
bool shard::let_peers_run() noexcept {
    if (!spin_.ever() || !waits_for_peers() || !yielding_.worth_trying()) return false;
    std::this_thread::yield();
    look_at_ring();
    yielding_.tried(!queue_.empty());
    return !queue_.empty();
}

/// What has come from outside this thread, made into runnable tasks. Runs none.
bool shard::gather() noexcept {
    bool any = take_arrivals();
    any |= deliver_mail();
    any |= advance_waits();
    if (buffers_ != nullptr) any |= buffers_->serve();
    if (registered_ != nullptr) registered_->serve();
    if (registered_files_ != nullptr) registered_files_->serve();
    return any;
}

bool shard::take_arrivals() noexcept {
    if (arrivals_.empty()) return false;
    set_quiet(false); // before they are taken, see runtime_core::all_quiet()
    task_header* task = arrivals_.take_all();
    while (task != nullptr) {
        task_header* const next = task->next;
        if (task->reserved) {
            task->reserved = false;
            reserved_arrivals_.fetch_sub(1, std::memory_order_relaxed);
        }
        arrivals_taken_.add();
        trace::arrives(task);
        has_loot_ |= task->moves == mobility::stealable; // once pushed it may be stolen, run and gone
        queue_.push(*task);
        task = next;
    }
    return true;
}

bool shard::deliver_mail() noexcept {
    bool any = false;
    while (!event_waiters_.empty() && mailbox_.has_mail()) {
        auto* const waiter = static_cast<event_wait*>(event_waiters_.claim_first());
        if (waiter == nullptr) break;
        mailbox_.take(waiter->received);
        waiter->finish();
        any = true;
    }
    if (hot_.used()) [[unlikely]]
        any |= hot_.deliver(); // last, so that its task runs first
    return any;
}

bool shard::run_tasks() noexcept {
    std::uint32_t count = 0;
    inline_left_ = tasks_per_turn_;
    while (count < tasks_per_turn_) {
        task_header* const task = queue_.pop();
        if (task == nullptr) break;
        run(*task);
        ++count;
    }
    if (count == 0) return false;
    gathering_.end_turn();
    counters_.tasks_run.add(count + std::exchange(ran_inline_, 0));
    return true;
}

void shard::run(task_header& task) noexcept {
    if (task.operation != nullptr) [[unlikely]] {
        interrupt(task);
        return;
    }
    task.home = this;
    current_ = &task;
    trace::task_begins(&task);
    ready_left_ = most_ready_in_a_row;
    task.resume_point.resume();
    trace::tasks_end(); // those too that ran inline and have suspended together
    // From here on `task` may be running elsewhere, or be gone; only a finished one is still ours.
    current_ = nullptr;
    if (task_header* const done = std::exchange(finished_, nullptr)) {
        done->operations->complete(*done);
        announce_done(*done, task_end::completed);
    }
}

void shard::finish_turn() noexcept {
    const auto wake_source = [this](std::size_t source) { wake(core_.at(source)); };
    mailbox_.publish_progress(wake_source);
    hot_.lanes().publish_progress(wake_source);
    registry_->free_returned();
    if (has_loot_) {
        has_loot_ = false;
        if (queue_.stealable().size() != 0) wake_a_thief();
    }
}

void shard::look_at_ring() noexcept {
    if (ring_->has_unsubmitted() || ring_->kernel_has_more()) {
        if (ring_->overflown()) counters_.ring_overflows.add();
        ring_->submit_and_fetch();
    }
    const unsigned taken = ring_->reap([this](const completion& done) {
        switch (done.data.kind) {
        case completion_kind::operation:
            take_operation(done.data.payload, done.result, done.flags);
            break;
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
        case completion_kind::bell: {
            // Only failures come back. The target's sleep is claimed, so nobody else will wake it.
            counters_.bells_failed.add();
            shard& target = core_.at(done.data.payload);
            ring::wake_foreign(target.features_, target.ring_descriptor_, target.wake_descriptor_);
            break;
        }
        }
    });
    if (taken != 0) counters_.completions.add(taken);
}

bool shard::steal() noexcept {
    if (steal_budget_ == 0) return false;
    const auto shards = static_cast<std::uint32_t>(core_.shard_count());
    for (std::uint32_t tried = 0; tried < shards; ++tried) {
        shard& victim = core_.at(next_victim_);
        next_victim_ = next_victim_ + 1 == shards ? 0 : next_victim_ + 1;
        if (&victim == this) continue;
        const std::size_t ready = victim.queue_.stealable().size();
        if (ready == 0) continue;
        counters_.steal_attempts.add();
        const std::size_t wanted = std::min<std::size_t>((ready + 1) / 2, steal_budget_);
        std::size_t taken = 0;
        while (taken < wanted) {
            task_header* const task = victim.queue_.stealable().steal();
            if (task == nullptr) break;
            queue_.push(*task);
            ++taken;
        }
        if (taken == 0) continue;
        counters_.tasks_stolen.add(taken);
        trace::steals(taken);
        if (taken > 1) has_loot_ = true; // what is left of the loot may feed another sleeper
        return true;
    }
    return false;
}

void shard::begin_searching() noexcept {
    if (marks_searching_) searching_.store(true, std::memory_order_relaxed);
}

/// Spawners that saw the mark have left their tasks to us. Whoever has found work, be it other work, hands that
/// on.
void shard::stop_searching() noexcept {
    if (!searching_.load(std::memory_order_relaxed)) return;
    searching_.store(false, std::memory_order_seq_cst);
    if (core_.parked.load(std::memory_order_seq_cst) == 0) return;
    for (std::size_t i = 0; i < core_.shard_count(); ++i) {
        if (core_.at(i).queue_.stealable().empty_before_sleep()) continue;
        wake_a_thief();
        return;
    }
}

/// Before tasks run, which may take long: what they leave lying is offered to a sleeper.
void shard::offer_rest() noexcept {
    if (queue_.empty()) return;
    stop_searching();
    if (has_loot_ && queue_.stealable().size() > 1) wake_a_thief();
}

/// For work that is visible to thieves by a sequentially consistent operation.
/// tests/models/thief_wake_model.cpp shows that no task stays queued while a shard sleeps.
void shard::wake_a_thief() noexcept {
    if (steal_budget_ == 0 || core_.parked.load(std::memory_order_seq_cst) == 0) return;
    // A searcher runs no process_barrier.
    if (wake_order_ == wake_order::by_sleeper) std::atomic_thread_fence(std::memory_order_seq_cst);
    // Somebody is awake and looking: it takes the task or hands it on. It clears the mark before it looks for
    // the last time, so it can't miss what was published before.
    for (std::size_t i = 0; i < core_.shard_count(); ++i)
        if (shard& other = core_.at(i); &other != this && other.searching_.load(std::memory_order_seq_cst))
            return;
    for (std::size_t i = 0; i < core_.shard_count(); ++i)
        if (shard& other = core_.at(i); &other != this && wake(other)) return;
}

bool shard::work_before_sleep() noexcept {
    if (!queue_.empty() || core_.stopping_before_sleep() || !arrivals_.empty_before_sleep()) return true;
    if (!event_waiters_.empty() && mailbox_.has_mail_before_sleep()) return true;
    if (hot_.used() && hot_.work_before_sleep()) return true;
    if (buffers_ != nullptr && buffers_->must_serve_before_sleep()) return true;
    if (registered_ != nullptr && registered_->must_serve_before_sleep()) return true;
    if (registered_files_ != nullptr && registered_files_->must_serve_before_sleep()) return true;
    if (steal_budget_ != 0)
        for (std::size_t i = 0; i < core_.shard_count(); ++i)
            if (!core_.at(i).queue_.stealable().empty_before_sleep()) return true;
    return advance_waits();
}

/// See process_barrier.hpp: they have left the order of their stores and questions to the one who goes to
/// sleep.
void shard::pay_for_the_wakers() const noexcept {
    if (wake_order_ == wake_order::by_sleeper) process_barrier::run();
}

/// Work that somebody brings, who then asks whether this shard sleeps. What can be stolen is not among it: that
/// wakes one shard, not each.
bool shard::has_work_of_wakers() noexcept {
    return !arrivals_.empty_before_sleep() || (!event_waiters_.empty() && mailbox_.has_mail_before_sleep()) ||
           (hot_.used() && hot_.work_before_sleep());
}

/// After a sleep that a timer would have ended: whether work is here whose bringer has not woken us (P3). One
/// who has brought it just now may not have come to the question yet; he gets time for it before he is blamed,
/// since his CPU may have been taken from him in between. So this waits only where a wake-up seems to be lost.
bool shard::overslept() noexcept {
    if (parking_.claimed() || !has_work_of_wakers()) return false;
    const auto patience = std::chrono::steady_clock::now() + longest_way_to_the_bell;
    while (std::chrono::steady_clock::now() < patience) {
        std::this_thread::yield();
        if (parking_.claimed()) return false;
    }
    return true;
}

/// The kernel keeps a bound thread where it is, but whoever changes its mask or the cpuset moves it.
void shard::check_cpu() noexcept {
    const int bound = bound_cpu_.load(std::memory_order_relaxed);
    if (bound >= 0 && current_cpu() != bound) counters_.affinity_violations.add();
}

void shard::park() noexcept {
    assert(queue_.empty() && "a shard must not sleep on runnable tasks");
    searching_.store(false, std::memory_order_seq_cst);
    want_progress(true);
    core_.parked.fetch_add(1, std::memory_order_seq_cst);
    parking_.announce_sleep();
    pay_for_the_wakers();
    const bool work = work_before_sleep();
    // Last, because it looks at the clock.
    const auto limit = work ? std::chrono::nanoseconds::zero() : time_to_next_timer();
    if (limit != std::chrono::nanoseconds::zero()) {
        counters_.parks.add();
        first_cpu_.release();
        const bool adapts = !waits_for_peers(); // how soon a peer answers says nothing about messages
        if (adapts) spin_.going_to_sleep();
        trace::parks();
        ring_->submit_and_wait(limit);
        trace::unparks();
        if (adapts) spin_.woke_up();
        if (limit != ring::no_limit && overslept()) counters_.timeout_wakes_with_work.add();
        check_cpu();
        counters_.completions_lost.set(ring_->completions_lost());
    }
    parking_.stay_awake();
    core_.parked.fetch_sub(1, std::memory_order_relaxed);
    begin_searching(); // whoever woke us may have done so for a theft
    want_progress(false);
    look_at_ring();
}

void shard::set_quiet(bool quiet) noexcept {
    if (quiet == quiet_) return;
    quiet_ = quiet;
    quiet ? core_.become_quiet() : core_.become_busy();
}

bool shard::stop_turn(bool worked) noexcept {
    if (!std::exchange(waits_closed_, true)) {
        close_waits();
        return false;
    }
    look_at_ring();
    set_quiet(!worked && operations_.size() == 0 && queue_.empty());
    if (quiet_ && core_.all_quiet()) return true;
    if (std::chrono::steady_clock::now() >= core_.stop_deadline()) return true;
    if (quiet_) std::this_thread::yield();
    return false;
}

} // namespace spargio::detail
