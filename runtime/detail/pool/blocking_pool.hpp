// The threads that run functions which block (R12).
//
// A bounded queue under one lock: a function that blocks its thread for long does not notice the lock. A thread
// is made when a function finds none idle, and ends when it has been idle for long. No part of it is on the way
// of anything else.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/machine/cpu_binding.hpp>
#include <spargio/observe/blocking_stats.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace spargio::detail {

class blocking_pool : public std::enable_shared_from_this<blocking_pool> {
public:
    /// A function: the task header that its joiner looks at, and what to call. `run` leaves the result in the
    /// header and throws nothing.
    struct job {
        task_header* header;
        void (*run)(task_header&) noexcept;
    };

    /// Makes no thread yet. Remembers the CPUs of the calling thread for the threads to come, which may be made
    /// by a shard that is bound to one.
    blocking_pool(std::size_t most_threads, std::size_t queue_bound, std::chrono::milliseconds idle_time)
        : most_threads_(most_threads), queue_bound_(queue_bound), idle_time_(idle_time) {}
    blocking_pool(const blocking_pool&) = delete;
    blocking_pool& operator=(const blocking_pool&) = delete;

    /// Takes a function. `overloaded`: every thread is busy and the queue full; `closed`; `no_resources`: no
    /// memory, or not even one thread could be made. The job is then the caller's. Any thread. Cost: a lock and
    /// a wake-up, or a new thread.
    [[nodiscard]] status submit(job asked) noexcept;

    /// Refuses everything from now on, and lets the joiners of what has not begun find that it was stopped. Any
    /// thread; idempotent.
    void close() noexcept;

    /// After close(), when no shard runs any more: ends the threads. Those that are still in a function are
    /// left to themselves.
    void finish() noexcept;

    /// Whether a function is queued or runs, or its joiner has not been told yet. Any thread.
    [[nodiscard]] bool busy() const noexcept { return unanswered_.load(std::memory_order_seq_cst) != 0; }

    [[nodiscard]] blocking_stats stats() const;

private:
    struct worker {
        std::thread thread;
        bool in_function = false;
    };

    [[nodiscard]] bool start_worker() noexcept;
    void work(worker& self) noexcept;
    void run(job next) noexcept;
    [[nodiscard]] std::optional<job> take_queued() noexcept;
    /// A thread that has ended or will do so by itself; those that run a function are let go of instead.
    [[nodiscard]] std::thread next_to_join() noexcept;
    void retire(worker& self, std::unique_lock<std::mutex> hold) noexcept;

    const std::size_t most_threads_;
    const std::size_t queue_bound_;
    const std::chrono::milliseconds idle_time_;
    const cpu_mask cpus_;
    std::atomic<std::size_t> unanswered_{0};

    mutable std::mutex lock_; // for all that follows
    std::condition_variable wanted_;
    std::deque<job> queue_;
    std::list<worker> workers_;
    std::thread retired_; // the last thread that has ended, not joined yet
    std::size_t idle_ = 0;
    bool closed_ = false;
    blocking_stats counts_;
};

} // namespace spargio::detail
