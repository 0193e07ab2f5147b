// What the scheduler knows of a spawned task, whatever its result: the node that queues hold, where it goes on,
// which task waits for it (R7).
#pragma once

#include <spargio/detail/machine/fork_count.hpp>

#include <atomic>
#include <coroutine>
#include <cstdint>

namespace spargio::detail {

class shard;
class task_registry;
class operation_wait;

/// Whether other shards may take a runnable task.
enum class mobility : std::uint8_t {
    pinned,    ///< runs on its home shard only
    stealable, ///< may run anywhere; goes on where it is woken
};

/// States of task_header::join other than the address of the waiting task.
struct join_word {
    static constexpr std::uintptr_t running = 0;  ///< not finished, nobody waits
    static constexpr std::uintptr_t done = 1;     ///< finished; the result is there; the handle owns the rest
    static constexpr std::uintptr_t detached = 2; ///< not finished; no handle any more
    static constexpr std::uintptr_t foreign_mark = 4; ///< address of a foreign_waiter, with this bit set
};

/// The first bytes of every frame's allocation, spawned or not.
struct block_prefix {
    std::uint32_t bytes;         ///< of header and frame together, for the frame pool
    bool outlives_frame = false; ///< spawned: destroying the frame leaves the memory to the header
};

struct task_header;

/// What can be done to a task whatever its result; one table for each result type.
struct task_operations {
    /// Moves the result out of the finished frame, destroys the frame. Owner of the running task only.
    void (*complete)(task_header&) noexcept;
    /// Makes the result "stopped" and destroys the unfinished frame. Its registry's shard only.
    void (*abandon)(task_header&) noexcept;
    /// Destroys the result, and the frame if it is still there, and frees the memory.
    void (*dispose)(task_header&) noexcept;
    /// Ends the program (std::terminate) when the result is an exception: called when nobody can look at it any
    /// more.
    void (*insist_on_success)(const task_header&) noexcept;
};

/// Lives in front of the coroutine frame, in the same allocation, and outlives the frame: the frame is
/// destroyed when the task finishes, the header when both the task is finished and its handle gone.
struct task_header {
    block_prefix block;
    mobility moves = mobility::stealable;
    bool held = false;                      ///< waits for something of its shard: must be resumed there
    std::uint16_t stays = 0;                ///< streams of its shard that it has: must not leave it
    bool reserved = false;                  ///< counted among the arrivals that its shard expects
    std::uint32_t born = fork_count::now(); ///< which process it was spawned in
    task_header* next = nullptr;            ///< link of the one queue that the task is in
    std::coroutine_handle<> resume_point;   ///< innermost suspended coroutine
    std::coroutine_handle<> frame;          ///< outermost one; null once destroyed
    shard* home = nullptr;                  ///< pinned: where it runs; stealable: where it last ran
    /// Who destroys it when the runtime stops first. Null until it suspends for the first time: before that it
    /// is in a queue, where a stop finds it, or it runs.
    std::atomic<task_registry*> registry{nullptr};
    task_header* live_previous; ///< links of the registry's list, set there
    task_header* live_next;
    std::atomic<std::uintptr_t> join{join_word::running};
    /// The task that joins this one, and on whose turn it runs, as long as neither has been suspended; then
    /// this one's end is a mere jump. Shard's thread only.
    task_header* inline_joiner = nullptr;
    const task_operations* operations;
    /// What the task waits for that must end before it may be resumed, whatever wakes it. Home shard's thread
    /// only.
    operation_wait* operation = nullptr;
    std::atomic<std::uintptr_t> waiting{0}; ///< the bits below, and the address of the task's stop_relay

    static constexpr std::uintptr_t wait_bit = 1;   ///< suspended; a waker or a canceller may claim it
    static constexpr std::uintptr_t cancel_bit = 2; ///< asked to stop, for good
    static constexpr std::uintptr_t deaf_bit = 4;   ///< suspended; only a waker may claim it
    static constexpr std::uintptr_t bits = wait_bit | cancel_bit | deaf_bit;

    explicit task_header(std::uint32_t bytes, const task_operations* operations_of_type = nullptr) noexcept
        : block{bytes, true}, operations(operations_of_type) {}
    ~task_header() {
        if (const auto relay = waiting.load(std::memory_order_relaxed) & ~bits; relay != 0) drop_relay(relay);
    }
    task_header(const task_header&) = delete;
    task_header& operator=(const task_header&) = delete;

    /// Before a cancellable suspension, with everything prepared: from here on a waker may claim the task.
    /// False when it has been cancelled: it must not suspend.
    [[nodiscard]] bool begin_wait() noexcept {
        std::uintptr_t seen = 0;
        while (!waiting.compare_exchange_weak(seen, seen | wait_bit, std::memory_order_acq_rel,
                                              std::memory_order_acquire))
            if ((seen & cancel_bit) != 0) return false;
        return true;
    }

    /// The same for a wait that no cancellation ends: always suspends.
    void begin_deaf_wait() noexcept { waiting.fetch_or(deaf_bit, std::memory_order_acq_rel); }

    /// Waker: true for the one waker that may make the waiting task runnable.
    [[nodiscard]] bool claim() noexcept {
        constexpr std::uintptr_t suspended = wait_bit | deaf_bit;
        return (waiting.fetch_and(~suspended, std::memory_order_acq_rel) & suspended) != 0;
    }

    /// Canceller, after it has set cancel_bit: the same, but a deaf wait is left alone.
    [[nodiscard]] bool claim_cancelled() noexcept {
        return (waiting.fetch_and(~wait_bit, std::memory_order_acq_rel) & wait_bit) != 0;
    }

    /// Whether this process is a child, made by fork(2), of the one that runs the task: it will never end here.
    [[nodiscard]] bool lost_by_fork() const noexcept { return born != fork_count::now(); }

    [[nodiscard]] bool cancel_requested() const noexcept {
        return (waiting.load(std::memory_order_acquire) & cancel_bit) != 0;
    }

private:
    /// See cancel.cpp.
    static void drop_relay(std::uintptr_t relay) noexcept;
};

} // namespace spargio::detail
