// A shard: one thread, one ring, its queues. This is the loop that everything runs in.
//
//   take what arrived -> hand out mail -> run tasks -> look at the ring -> nothing? steal, spin, sleep
//
// The ring code reaps completions and never resumes a coroutine; only run_tasks() does.
//
// Each of its parts can be read alone: shard_life (its stages), arrivals (what others hand over), mailbox and
// hot_inbox (messages), progress_line (the tasks that wait for room), run_queue, thief, shard_timers,
// requests_in_flight, ring_tables (what the ring knows beforehand), idle_policy (spinning, yielding, sleeping).
#pragma once

#include <spargio/core/shard_binding.hpp>
#include <spargio/detail/doors/progress_wait.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/lanes/hot_inbox.hpp>
#include <spargio/detail/lanes/mailbox.hpp>
#include <spargio/detail/lanes/parking_flag.hpp>
#include <spargio/detail/loop/arrivals.hpp>
#include <spargio/detail/loop/idle_policy.hpp>
#include <spargio/detail/loop/progress_line.hpp>
#include <spargio/detail/loop/requests_in_flight.hpp>
#include <spargio/detail/loop/ring_tables.hpp>
#include <spargio/detail/loop/shard_life.hpp>
#include <spargio/detail/loop/shard_timers.hpp>
#include <spargio/detail/loop/thief.hpp>
#include <spargio/detail/machine/cpu_spread.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/ring/ring.hpp>
#include <spargio/detail/sched/run_queue.hpp>
#include <spargio/detail/sched/task_registry.hpp>
#include <spargio/detail/sched/turn_budget.hpp>
#include <spargio/observe/shard_stats.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

namespace spargio::detail {

class runtime_core;

class shard {
public:
    shard(runtime_core& core, std::uint32_t index);
    ~shard();
    shard(const shard&) = delete;
    shard& operator=(const shard&) = delete;

    /// The shard that this thread is, or null. Out of line: see scheduling::current_task().
    [[nodiscard]] static shard* current() noexcept;
    /// The same, inline, for functions that are never inlined into a coroutine themselves.
    [[nodiscard]] static shard* here() noexcept { return scheduling::this_threads_shard; }

    /// The shard that this thread is; ends the program where it is none (P15).
    [[nodiscard]] static shard& current_or_end() noexcept {
        shard* const found = current();
        if (found == nullptr) misused("called outside a shard: only tasks may, while they run");
        return *found;
    }
    /// From now on a child of fork(2) is no shard, whichever thread made it.
    static void watch_forks() noexcept;

    // --- life, in this order; open() by any thread, the rest on the shard's own
    // -------------------------------

    /// Sets up the ring.
    [[nodiscard]] std::expected<void, start_error> open();
    /// Moves a new thread to a CPU apart from `origin`, where its creator runs, until it first sleeps.
    void start_apart_from(int origin) noexcept { first_cpu_.take(origin, index_); }
    /// Binds the calling thread to this shard's CPU, where options.affinity says so; see binding().
    void bind_thread() noexcept;
    /// Becomes this thread's shard.
    void take_over() noexcept;
    /// Runs until the runtime stops.
    void run_until_stopped();
    /// Waits for the kernel, refuses what arrives from now on, and says so to the others.
    void leave_loop() noexcept;
    /// When every shard has left its loop: destroys what is unfinished. They take turns.
    void close() noexcept;
    /// After close(), once nobody else runs: unmapping its queues while other threads of the process run costs
    /// each of them an interrupt, and us the wait for it.
    void close_ring() noexcept;
    /// Between the two: another thread will close. It calls adopt_thread() first.
    void let_go_thread() noexcept;
    void adopt_thread() noexcept { scheduling::this_threads_shard = this; }

    // --- any thread
    // -------------------------------------------------------------------------------------------

    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] runtime_core& core() const noexcept { return core_; }
    [[nodiscard]] shard_stats stats() noexcept;
    [[nodiscard]] const capabilities& features() const noexcept { return features_; }

    /// Its thread as the kernel numbers it, 0 before it has begun.
    [[nodiscard]] int thread_number() const noexcept { return thread_number_.load(std::memory_order_relaxed); }

    [[nodiscard]] shard_binding binding() const noexcept {
        return {bound_cpu_.load(std::memory_order_relaxed), bind_error_.load(std::memory_order_relaxed)};
    }

    /// Hands a task over: a new one, or a woken one that belongs here. False when the shard has closed.
    [[nodiscard]] bool arrive(task_header& task) noexcept;
    /// Wakes the shard if it sleeps.
    void nudge() noexcept;
    /// Messages of threads that own no ring, see runtime_handle.
    [[nodiscard]] status post_from_outside(message sent) noexcept;
    [[nodiscard]] status send_from_outside(message sent) noexcept;
    [[nodiscard]] status count_from_outside(message sent) noexcept;
    /// After the runtime has begun to stop: lets go the threads that wait for room.
    void release_outside() noexcept;
    [[nodiscard]] bool has_arrivals() const noexcept { return !arrivals_.empty_before_sleep(); }
    [[nodiscard]] bool looks_asleep() const noexcept { return parking_.looks_asleep(); }
    /// Tasks that look ready here; a guess.
    [[nodiscard]] std::size_t load() noexcept { return queue_.stealable().size() + arrivals_.reserved(); }
    /// Operations with the kernel, seen by others.
    [[nodiscard]] std::uint64_t operations_elsewhere() const noexcept {
        return counters_.operations_pending.read();
    }
    /// Reserves room for one stealable task that is to arrive with the mark `reserved`; false when those here
    /// and those on their way fill the queue.
    [[nodiscard]] bool reserve_arrival() noexcept {
        return arrivals_.reserve(queue_.stealable().size(), stealable_capacity_);
    }
    /// What others may steal.
    [[nodiscard]] steal_deque& stealable() noexcept { return queue_.stealable(); }
    /// Whether it is awake and looks for tasks to steal.
    [[nodiscard]] bool searches() const noexcept { return thief_.searches(); }

    // --- the shard's own thread, from tasks
    // -------------------------------------------------------------------

    [[nodiscard]] bool running() const noexcept { return runs_tasks(life_); }
    [[nodiscard]] task_header* current_task() const noexcept { return current_; }
    /// The same for what belongs to this shard and is only used by its tasks: ends the program when none runs
    /// here. A test of what is loaded anyway; a task that is about to wait is asked properly, see
    /// insist_on_here().
    [[nodiscard]] task_header& own_task() const noexcept {
        if (current_ == nullptr) [[unlikely]]
            used_elsewhere();
        return *current_;
    }
    /// Ends the program on any thread but this shard's. For functions that are never inlined into a coroutine.
    void insist_on_here() const noexcept {
        if (here() != this) [[unlikely]]
            used_elsewhere();
    }
    /// The same for any function.
    void insist_on_current() const noexcept {
        if (current() != this) [[unlikely]]
            used_elsewhere();
    }
    [[nodiscard]] task_registry& registry() noexcept { return *registry_; }
    /// See scheduling.hpp for these three.
    task_header& suspend_current(std::coroutine_handle<> caller) noexcept;
    [[nodiscard]] std::coroutine_handle<> join(task_header& awaited, std::coroutine_handle<> caller) noexcept;
    [[nodiscard]] std::coroutine_handle<> end_of_task(task_header& task) noexcept;
    /// Sends the current task, which is suspended at `caller`, to `target`, where it goes on. When that shard
    /// has closed the task stays suspended and is destroyed with the runtime.
    void move_current(shard& target, std::coroutine_handle<> caller) noexcept;

    /// A task that was suspended here or may go on here.
    void resume_soon(task_header& task) noexcept;
    /// Behind all others.
    void resume_last(task_header& task) noexcept { queue_.push_last(task); }
    /// A new task of this shard.
    void start(task_header& task) noexcept;
    /// A new stealable task; false when the queue of stealable tasks is full.
    [[nodiscard]] bool has_room_for_stealable() noexcept {
        return queue_.stealable().size() < stealable_capacity_;
    }

    /// The lane to `target`, made when it is first asked for, with what hot tags need. Throws std::bad_alloc.
    [[nodiscard]] lane& lane_to(shard& target) {
        if (hot_.used()) target.hot_.open(index_);
        return target.mailbox_.from(index_);
    }
    /// Puts messages into the lane to `target` and rings its bell if it sleeps; how many were accepted.
    std::size_t post(shard& target, lane& outgoing, std::span<const message> messages) noexcept {
        if (hot_.used()) [[unlikely]]
            return post_sorted(target, messages);
        if (current() != this) [[unlikely]]
            misused("a remote_shard is used on another shard than the one that made it");
        const std::size_t accepted =
            messages.size() == 1 ? outgoing.push_one(messages[0]) : outgoing.push(messages);
        counters_.messages_sent.add(accepted);
        if (accepted != messages.size()) counters_.messages_overloaded.add(messages.size() - accepted);
        if (accepted != 0 && target.parking_.asleep()) wake(target);
        return accepted;
    }
    /// Sends direct messages to `target`; how many were accepted. See remote_shard::post_direct().
    [[nodiscard]] std::expected<std::size_t, errc> post_direct(shard& target,
                                                               std::span<const message> messages) noexcept;
    /// The direct messages to `target` if there ever were any.
    [[nodiscard]] direct_link* used_direct_to(shard& target) noexcept {
        return target.mailbox_.used_direct_from(index_);
    }
    /// The lane to `target` if it was ever used.
    [[nodiscard]] lane* used_lane_to(shard& target) noexcept { return target.mailbox_.used_from(index_); }
    /// The same for hot messages.
    [[nodiscard]] lane* used_hot_lane_to(shard& target) noexcept {
        return hot_.has_lanes() ? target.hot_.lanes().used_from(index_) : nullptr;
    }
    /// What comes with hot tags.
    [[nodiscard]] hot_inbox& hot() noexcept { return hot_; }
    /// Whether somebody waits for a hot message that is there: a task that takes plain ones then gives way.
    [[nodiscard]] bool hot_goes_first() const noexcept { return hot_.used() && hot_.has_served(); }

    /// Takes a message without waiting.
    bool take_event(event& into) noexcept { return may_go_on() && mailbox_.take(into); }
    std::size_t take_events(std::span<event> into) noexcept {
        return may_go_on() ? mailbox_.take_many(into) : 0;
    }
    /// Whether the running task may go on without suspending for one thing more that is ready. After so many in
    /// a row it must give way to others, or a flood would keep it for ever (R11).
    [[nodiscard]] bool may_go_on(std::uint32_t cost = 1) noexcept {
        if (ready_left_ < cost) return false;
        ready_left_ -= cost;
        return true;
    }
    static constexpr std::uint32_t most_ready_in_a_row = 256;
    /// A system call takes as long as many messages: 32 of them in a row, some 100 us.
    static constexpr std::uint32_t cost_of_an_attempt = 8;
    [[nodiscard]] wait_list& event_waiters() noexcept { return event_waiters_; }
    /// Suspends the current task until a message comes; false when it must not suspend.
    [[nodiscard]] bool wait_for_event(event_wait& wait, std::coroutine_handle<> caller) noexcept;
    /// Suspends the current task until `wait` has nothing left to wait for; it is looked at each turn.
    [[nodiscard]] bool wait_for_progress(progress_wait& wait, std::coroutine_handle<> caller) noexcept;
    void forget_progress(progress_wait& wait) noexcept { progress_.forget(wait); }
    [[nodiscard]] bool has_progress_waits() const noexcept { return !progress_.empty(); }
    /// See timer_context.
    [[nodiscard]] shard_timers& timers() noexcept { return timers_; }
    [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }

    /// Requests to the kernel; see operation_context.
    [[nodiscard]] requests_in_flight& requests() noexcept { return requests_; }
    [[nodiscard]] bool may_attempt() noexcept;
    /// An entry of the ring for one request more.
    [[nodiscard]] io_uring_sqe& next_entry() noexcept {
        io_uring_sqe* const entry = ring_->try_entry();
        return entry != nullptr ? *entry : entry_after_looking();
    }
    /// Hands over what is asked for, and takes what the kernel has at hand, but for a flood.
    void fetch_what_ended() noexcept;
    void count_operation_at_once() noexcept { counters_.operations_at_once.add(); }
    /// What its ring knows beforehand; all three throw std::bad_alloc.
    [[nodiscard]] receive_buffers& buffers();
    [[nodiscard]] const std::shared_ptr<registered_home>& registered();
    [[nodiscard]] const std::shared_ptr<registered_files>& files();

    /// Wakes another shard, or this one, if it sleeps; whether it did and this call has.
    bool wake(shard& target) noexcept;

private:
    [[noreturn]] static void used_elsewhere() noexcept;

    // A turn of the loop.
    bool gather() noexcept;
    bool take_arrivals() noexcept;
    bool deliver_mail() noexcept;
    bool run_tasks() noexcept;
    void run(task_header& task) noexcept;
    void finish_turn() noexcept;
    void end_busy_turn(bool by_others, bool by_time) noexcept;
    void look_at_ring() noexcept;
    [[nodiscard]] io_uring_sqe& entry_after_looking() noexcept;
    void take(const completion& done) noexcept;
    void bell_failed(shard& target) noexcept;
    [[nodiscard]] bool may_run_inline() noexcept;

    // A turn without work.
    void pass_time() noexcept;
    void spin() noexcept;
    bool let_peers_run() noexcept;
    void park() noexcept;
    void sleep(std::chrono::nanoseconds limit) noexcept;
    [[nodiscard]] bool work_before_sleep() noexcept;
    void pay_for_the_wakers() const noexcept;
    [[nodiscard]] bool has_work_of_wakers() noexcept;
    [[nodiscard]] bool overslept() noexcept;
    void check_cpu() noexcept;
    void want_progress(bool wanted) noexcept;

    // The end.
    [[nodiscard]] bool stop_turn(bool worked) noexcept;
    void set_quiet(bool quiet) noexcept;
    void close_waits() noexcept;
    void drain_requests() noexcept;

    // Messages.
    [[nodiscard]] std::expected<injection_queue*, errc> way_from_outside(std::uint32_t tag) noexcept;
    /// post() where some tags are hot.
    std::size_t post_sorted(shard& target, std::span<const message> messages) noexcept;
    /// post_direct() of messages whose tags are not hot.
    [[nodiscard]] std::expected<std::size_t, errc> ride(shard& target,
                                                        std::span<const message> messages) noexcept;
    void direct_came_back(std::uint64_t payload) noexcept;
    void take_direct(std::uint64_t payload, std::int32_t result) noexcept;

    runtime_core& core_;
    const std::atomic<bool>& stopping_;
    const std::uint32_t index_;
    turn_budget<> budget_;
    const std::uint32_t stealable_capacity_;
    const wake_order wake_order_;

    // Written by other threads.
    arrivals arrivals_;
    parking_flag parking_;
    alignas(cache_line_bytes) std::atomic<std::uint32_t> outside_wakers_{0};
    std::atomic<int> bound_cpu_{-1}; // these three once, by the shard
    std::atomic<int> bind_error_{0};
    std::atomic<int> thread_number_{0};

    // The shard's own.
    alignas(cache_line_bytes) std::unique_ptr<ring> ring_;
    capabilities features_;
    int ring_descriptor_ = -1;
    int wake_descriptor_ = -1;
    const std::unique_ptr<task_registry, task_registry::to_stock> registry_;
    run_queue queue_;
    mailbox mailbox_;
    hot_inbox hot_;
    wait_list event_waiters_;
    progress_line progress_;
    shard_timers timers_;
    requests_in_flight requests_;
    ring_tables tables_;
    first_cpu first_cpu_;
    idle_policy idle_;
    thief thief_;
    task_header* current_ = nullptr;
    task_header* finished_ = nullptr;
    std::uint32_t inline_left_ = 0; // tasks that may yet run inline before ring and lanes are looked at
    std::uint64_t ran_inline_ = 0;
    std::uint32_t ready_left_ = 0;
    shard_life life_ = shard_life::made;
    bool wants_progress_ = false;
    bool quiet_ = false; // while stopping: nothing to run here
    shard_counters counters_;
};

} // namespace spargio::detail
