// The runtime as an object (R4).
#pragma once

#include <spargio/core/capabilities.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/core/options.hpp>
#include <spargio/core/shard_binding.hpp>
#include <spargio/observe/runtime_stats.hpp>
#include <spargio/run/runtime_handle.hpp>
#include <spargio/tasks/spawn.hpp>

#include <cstddef>
#include <expected>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace spargio::detail {
class runtime_core;
class shard;
} // namespace spargio::detail

namespace spargio {

/// A running runtime: its shards run from start() to the destructor. The object belongs to one thread that is
/// not a shard; what does not change it (spawn(), stop(), handle(), what is asked) may be called by any thread
/// as long as it lives. Handles, join_handles and futures may outlive it.
class runtime {
public:
    /// Sets up a ring and starts a thread for each shard. Error: its message names cause and remedy, and
    /// nothing is left running. `invalid_options`: see resolve(); `not_supported`: no io_uring, or not the
    /// required feature; `not_permitted`: a sysctl or a seccomp filter forbids it; `no_resources`: memory,
    /// locked memory, descriptors or threads ran out. Throws std::bad_alloc. Any thread that is no shard. Cost:
    /// about 25 us for each ring and 25 us for each thread; where memory for a ring is short it tries again for
    /// half a second.
    [[nodiscard]] static std::expected<std::unique_ptr<runtime>, start_error>
    start(const runtime_options& options);

    /// stop() and join: blocks until every shard has destroyed its tasks. A shard that does not come back from
    /// a task that never suspends is waited for until options().stop_patience after the grace; then it is named
    /// on standard error and left behind, see runtime_handle::left_behind(): no frame is destroyed before it
    /// comes back, so what unfinished tasks refer to must live that long. On a shard of this runtime it ends
    /// the program (std::terminate, with a message). In a child of fork(2) it does nothing.
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    /// For other threads. One atomic increment.
    [[nodiscard]] runtime_handle handle() const noexcept { return runtime_handle(core_); }

    /// Runs the calling thread as the runtime's first shard until the runtime stops; for a runtime made by
    /// start_with_caller(), once. Afterwards every shard has destroyed its tasks, unless one was left behind,
    /// as by the destructor. A task that never suspends on this very thread can't be left behind: it keeps the
    /// caller. SIGPIPE is blocked meanwhile, as on every shard: a write that nobody reads is EPIPE, and no
    /// signal. Other signals come as before. On a shard, of whatever runtime, it ends the program, with a
    /// message.
    void run_as_first_shard() noexcept;

    /// As start(), with the same errors, but shard 0 gets no thread: the caller lends it its own by calling
    /// run_as_first_shard(); what is placed there waits until then, at the latest for the destructor. Saves a
    /// thread and two wake-ups where a program has nothing else for that thread to do (see run()).
    [[nodiscard]] static std::expected<std::unique_ptr<runtime>, start_error>
    start_with_caller(const runtime_options& options);

    /// See runtime_handle::spawn.
    template <class T>
    [[nodiscard]] join_handle<T> spawn(task<T> work, placement where = stealable{}) const {
        return detail::spawn_on(*core_, std::move(work), where);
    }

    /// Asks every shard to stop and returns at once. Waits of tasks answer `closed`; tasks get
    /// options().stop_grace to finish; then the frames of the rest are destroyed, each on its shard, and
    /// joining them throws task_stopped. Functions of spawn_blocking() that have not begun are not run any
    /// more; those that run get the grace too, and can't be ended by force: what runs on after it is left
    /// behind with its thread (see blocking()), and must not use what the program destroys. Any thread;
    /// idempotent.
    void stop() noexcept;

    /// stop(), and a future that is ready when the last shard has destroyed its tasks; not before a shard that
    /// does not come back from a task does. The future may outlive the object. Waiting for it on a shard would
    /// block that shard.
    [[nodiscard]] std::shared_future<void> shutdown() noexcept;

    /// Options in effect, with what was left to the machine filled in.
    [[nodiscard]] const runtime_options& options() const noexcept;
    /// Kernel features in use.
    [[nodiscard]] const capabilities& features() const noexcept;
    /// See runtime_handle, for what follows.
    [[nodiscard]] std::size_t shards() const noexcept;
    [[nodiscard]] shard_stats stats(std::size_t shard) const;
    [[nodiscard]] shard_binding binding(std::size_t shard) const;
    [[nodiscard]] blocking_stats blocking() const;
    [[nodiscard]] runtime_stats stats() const;

private:
    explicit runtime(const runtime_options& resolved);
    [[nodiscard]] static std::expected<std::unique_ptr<runtime>, start_error>
    start_from(std::size_t first_thread, const runtime_options& options);
    [[nodiscard]] std::expected<void, start_error> start_threads(std::size_t first);
    /// A shard's life on its thread, up to where it waits for the others, and after that.
    static void run_shard(detail::shard& mine) noexcept;
    static void close_shard(detail::shard& mine) noexcept;
    [[nodiscard]] bool leave_closing_to_a_thread() noexcept;
    void leave_to_the_parent() noexcept;
    void join() noexcept;

    std::shared_ptr<detail::runtime_core> core_;
    std::shared_future<void> closed_;
    std::vector<std::thread> threads_;
    bool caller_owes_a_shard_ = false; // start_with_caller() without run_as_first_shard() yet
};

} // namespace spargio
