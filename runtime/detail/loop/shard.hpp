// A shard: one thread, one ring, its queues. This is the loop that everything runs in.
//
//   take what arrived -> hand out mail -> run tasks -> look at the ring -> nothing? steal, spin, sleep
//
// The ring code reaps completions and never resumes a coroutine; only run_tasks() does.
//
// Each of its parts can be read alone: shard_life (its stages), shard_thread (its thread, as others see it),
// arrivals (what others hand over), shard_mail (messages), progress_line (the tasks that wait for room),
// run_queue, ready_allowance, thief, shard_timers, requests_in_flight, ring_tables (what the ring knows
// beforehand), idle_policy (spinning, yielding, sleeping). Bodies that callers inline follow the class.
#pragma once

#include <spargio/detail/doors/progress_wait.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/lanes/parking_flag.hpp>
#include <spargio/detail/loop/arrivals.hpp>
#include <spargio/detail/loop/idle_policy.hpp>
#include <spargio/detail/loop/progress_line.hpp>
#include <spargio/detail/loop/requests_in_flight.hpp>
#include <spargio/detail/loop/ring_tables.hpp>
#include <spargio/detail/loop/shard_life.hpp>
#include <spargio/detail/loop/shard_mail.hpp>
#include <spargio/detail/loop/shard_thread.hpp>
#include <spargio/detail/loop/shard_timers.hpp>
#include <spargio/detail/loop/thief.hpp>
#include <spargio/detail/machine/cpu_spread.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/ring/ring.hpp>
#include <spargio/detail/sched/ready_allowance.hpp>
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

    // --- the shard that this thread is ---
    /// Null where it is none. Out of line: see scheduling::current_task().
    [[nodiscard]] static shard* current() noexcept;
    /// The same, inline, for functions that are never inlined into a coroutine themselves.
    [[nodiscard]] static shard* here() noexcept { return scheduling::this_threads_shard; }
    /// Ends the program where this thread is none (P15).
    [[nodiscard]] static shard& current_or_end() noexcept;

    // --- life, in this order; open() by any thread, the rest on the shard's own ---
    /// Sets up the ring.
    [[nodiscard]] std::expected<void, start_error> open();
    /// Moves a new thread to a CPU apart from `origin`, where its creator runs, until it first sleeps.
    void start_apart_from(int origin) noexcept { first_cpu_.take(origin, index_); }
    /// Becomes this thread's shard.
    void take_over() noexcept;
    void run_until_stopped();
    /// Waits for the kernel, refuses what arrives from now on, and says so to the others.
    void leave_loop() noexcept;
    /// When every shard has left its loop: destroys what is unfinished. They take turns.
    void close() noexcept;
    /// After close(), once no other shard runs.
    void close_ring() noexcept;
    /// Between the two: another thread will close. It calls adopt_thread() first.
    void let_go_thread() noexcept;
    void adopt_thread() noexcept { scheduling::this_threads_shard = this; }

    // --- any thread ---
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] runtime_core& core() const noexcept { return core_; }
    [[nodiscard]] shard_thread& thread() noexcept { return thread_; }
    [[nodiscard]] shard_stats stats() noexcept;
    [[nodiscard]] const capabilities& features() const noexcept { return features_; }
    /// Operations with the kernel; a guess.
    [[nodiscard]] std::uint64_t operations_elsewhere() const noexcept;

    /// Hands a task over: a new one, or a woken one that belongs here. False when the shard has closed.
    [[nodiscard]] bool arrive(task_header& task) noexcept;
    /// Reserves room for one stealable task that is to arrive with the mark `reserved`; false when those here
    /// and those on their way fill the queue.
    [[nodiscard]] bool reserve_arrival() noexcept;
    [[nodiscard]] bool has_arrivals() const noexcept { return !arrivals_.empty_before_sleep(); }
    /// Wakes the shard if it sleeps.
    void nudge() noexcept;
    [[nodiscard]] bool looks_asleep() const noexcept { return parking_.looks_asleep(); }
    /// Tasks that look ready here; a guess.
    [[nodiscard]] std::size_t load() noexcept { return queue_.stealable().size() + arrivals_.reserved(); }
    /// What others may steal, and whether this shard is awake and looks for tasks to steal.
    [[nodiscard]] steal_deque& stealable() noexcept { return queue_.stealable(); }
    [[nodiscard]] bool searches() const noexcept { return thief_.searches(); }

    /// Messages of threads that own no ring, see runtime_handle.
    [[nodiscard]] status post_from_outside(message sent) noexcept;
    [[nodiscard]] status send_from_outside(message sent) noexcept;
    [[nodiscard]] status count_from_outside(message sent) noexcept;
    /// After the runtime has begun to stop: lets go the threads that wait for room.
    void release_outside() noexcept;

    // --- the shard's own thread: tasks. See scheduling.hpp for suspend_current(), join() and end_of_task() ---
    [[nodiscard]] bool running() const noexcept { return runs_tasks(life_); }
    [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }
    [[nodiscard]] task_header* current_task() const noexcept { return current_; }
    /// The same for what belongs to this shard and is only used by its tasks: ends the program when none runs
    /// here. A test of what is loaded anyway; a task that is about to wait is asked properly, by the next one.
    [[nodiscard]] task_header& own_task() const noexcept;
    /// Ends the program on any thread but this shard's. For functions that are never inlined into a coroutine;
    /// the second one for any function.
    void insist_on_here() const noexcept;
    void insist_on_current() const noexcept;
    [[nodiscard]] task_registry& registry() noexcept { return *registry_; }
    task_header& suspend_current(std::coroutine_handle<> caller) noexcept;
    [[nodiscard]] std::coroutine_handle<> join(task_header& awaited, std::coroutine_handle<> caller) noexcept;
    [[nodiscard]] std::coroutine_handle<> end_of_task(task_header& task) noexcept;
    /// Sends the current task, which is suspended at `caller`, to `target`, where it goes on. When that shard
    /// has closed the task stays suspended and is destroyed with the runtime.
    void move_current(shard& target, std::coroutine_handle<> caller) noexcept;
    /// A task that was suspended here or may go on here: before the others, or behind all of them.
    void resume_soon(task_header& task) noexcept;
    void resume_last(task_header& task) noexcept { queue_.push_last(task); }
    /// A new task of this shard; a stealable one only where the queue of those has room.
    void start(task_header& task) noexcept;
    [[nodiscard]] bool has_room_for_stealable() noexcept;
    [[nodiscard]] bool may_go_on(std::uint32_t cost = 1) noexcept { return allowance_.take(cost); }

    // --- the shard's own thread: sending ---
    /// The lane to `target`, made when it is first asked for. Throws std::bad_alloc.
    [[nodiscard]] lane& lane_to(shard& target) { return target.mail_.from(index_); }
    /// Puts messages into the lane to `target` and rings its bell if it sleeps; how many were accepted.
    std::size_t post(shard& target, lane& outgoing, std::span<const message> messages) noexcept;
    /// Sends direct messages to `target`; how many were accepted. See remote_shard::post_direct().
    [[nodiscard]] std::expected<std::size_t, errc> post_direct(shard& target,
                                                               std::span<const message> messages) noexcept;
    /// Wakes another shard, or this one, if it sleeps; whether it did and this call has.
    bool wake(shard& target) noexcept;

    // --- the shard's own thread: receiving and waiting ---
    [[nodiscard]] shard_mail& mail() noexcept { return mail_; }
    bool take_event(event& into) noexcept { return may_go_on() && mail_.plain().take(into); }
    std::size_t take_events(std::span<event> into) noexcept;
    /// Suspends the current task until a message comes; false when it must not suspend.
    [[nodiscard]] bool wait_for_event(event_wait& wait, std::coroutine_handle<> caller) noexcept;
    /// Suspends the current task until `wait` has nothing left to wait for; it is looked at each turn.
    [[nodiscard]] bool wait_for_progress(progress_wait& wait, std::coroutine_handle<> caller) noexcept;
    void forget_progress(progress_wait& wait) noexcept { progress_.forget(wait); }
    [[nodiscard]] bool has_progress_waits() const noexcept { return !progress_.empty(); }
    [[nodiscard]] shard_timers& timers() noexcept { return timers_; }

    // --- the shard's own thread: requests to the kernel, see operation_context ---
    [[nodiscard]] requests_in_flight& requests() noexcept { return requests_; }
    [[nodiscard]] bool may_attempt() noexcept;
    void count_operation_at_once() noexcept { counters_.operations_at_once.add(); }
    /// An entry of the ring for one request more.
    [[nodiscard]] io_uring_sqe& next_entry() noexcept;
    /// Hands over what is asked for, and takes what the kernel has at hand, but for a flood.
    void fetch_what_ended() noexcept;
    /// Whether tasks are ready that nobody can steal, so that there is another turn with tasks.
    [[nodiscard]] bool has_others_to_run() const noexcept { return queue_.others_wait(); }
    /// What its ring knows beforehand; all three throw std::bad_alloc.
    [[nodiscard]] receive_buffers& buffers();
    [[nodiscard]] const std::shared_ptr<registered_home>& registered();
    [[nodiscard]] const std::shared_ptr<registered_files>& files();

private:
    [[noreturn]] static void used_elsewhere() noexcept;
    // A turn of the loop.
    bool gather() noexcept;
    bool take_arrivals() noexcept;
    bool run_tasks() noexcept;
    void run(task_header& task) noexcept;
    [[nodiscard]] bool may_run_inline() noexcept;
    void finish_turn() noexcept;
    void end_busy_turn(bool by_others, bool by_time) noexcept;
    void look_at_ring() noexcept;
    [[nodiscard]] io_uring_sqe& entry_after_looking() noexcept;
    void take(const completion& done) noexcept;
    void bell_failed(shard& target) noexcept;
    // A turn without work.
    void pass_time() noexcept;
    void spin() noexcept;
    bool let_peers_run() noexcept;
    void park() noexcept;
    void sleep(std::chrono::nanoseconds limit) noexcept;
    [[nodiscard]] bool work_before_sleep() noexcept;
    [[nodiscard]] bool has_work_of_wakers() noexcept;
    [[nodiscard]] bool overslept() noexcept;
    void want_progress(bool wanted) noexcept;
    // The end.
    [[nodiscard]] bool stop_turn(bool worked) noexcept;
    void set_quiet(bool quiet) noexcept;
    void close_waits() noexcept;
    void drain_requests() noexcept;
    // Messages: post() where some tags are hot; post_direct() of those whose tags are not.
    std::size_t post_sorted(shard& target, std::span<const message> messages) noexcept;
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
    shard_thread thread_; // once, by the shard

    // The shard's own.
    alignas(cache_line_bytes) std::unique_ptr<ring> ring_;
    capabilities features_;
    int ring_descriptor_ = -1;
    int wake_descriptor_ = -1;
    const std::unique_ptr<task_registry, task_registry::to_stock> registry_;
    run_queue queue_;
    shard_mail mail_;
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
    ready_allowance allowance_;
    shard_life life_ = shard_life::made;
    bool wants_progress_ = false;
    bool quiet_ = false; // while stopping: nothing to run here
    shard_counters counters_;
};

inline shard& shard::current_or_end() noexcept {
    shard* const found = current();
    if (found == nullptr) misused("called outside a shard: only tasks may, while they run");
    return *found;
}

inline std::uint64_t shard::operations_elsewhere() const noexcept {
    return counters_.operations_pending.read();
}

inline bool shard::reserve_arrival() noexcept {
    return arrivals_.reserve(queue_.stealable().size(), stealable_capacity_);
}

inline task_header& shard::own_task() const noexcept {
    if (current_ == nullptr) [[unlikely]]
        used_elsewhere();
    return *current_;
}

inline void shard::insist_on_here() const noexcept {
    if (here() != this) [[unlikely]]
        used_elsewhere();
}

inline void shard::insist_on_current() const noexcept {
    if (current() != this) [[unlikely]]
        used_elsewhere();
}

inline bool shard::has_room_for_stealable() noexcept { return queue_.stealable().size() < stealable_capacity_; }

inline std::size_t shard::post(shard& target, lane& outgoing, std::span<const message> messages) noexcept {
    if (mail_.hot().used()) [[unlikely]]
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

inline std::size_t shard::take_events(std::span<event> into) noexcept {
    return may_go_on() ? mail_.plain().take_many(into) : 0;
}

inline io_uring_sqe& shard::next_entry() noexcept {
    io_uring_sqe* const entry = ring_->try_entry();
    return entry != nullptr ? *entry : entry_after_looking();
}

} // namespace spargio::detail
