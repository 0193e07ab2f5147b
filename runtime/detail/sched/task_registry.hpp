// Which unfinished tasks belong to a shard, so that stopping destroys each frame exactly once, on a shard's
// thread.
//
// The list itself is touched by its shard only. Other threads that let go of the last reference to a task hand
// it back through an intake. Registries are never freed but used again by later runtimes, so a handle that
// outlives its runtime may still give its task back.
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/lanes/intake.hpp>

namespace spargio::detail {

class task_registry {
public:
    /// A registry for a new shard. Any thread.
    [[nodiscard]] static task_registry& acquire();
    /// After stop_all(): back into the stock. Any thread.
    static void recycle(task_registry& registry) noexcept;

    struct to_stock {
        void operator()(task_registry* registry) const noexcept { recycle(*registry); }
    };

    /// Takes note of a task, unless a registry knows it already. Owner shard only.
    void link_if_new(task_header& task) noexcept {
        if (task.registry.load(std::memory_order_relaxed) == nullptr) link(task);
    }
    /// Takes an unfinished task off the list; the caller sees to it that another registry gets it. Owner shard
    /// only.
    void unlink(task_header& task) noexcept;

    /// Drops what is left of a task that is finished and has no handle. Any thread.
    static void release(task_header& task) noexcept;

    /// Frees what other threads have handed back. Owner shard only; cheap when there is nothing.
    void free_returned() noexcept;

    /// Destroys every unfinished frame, tells the tasks that wait for them, and refuses everything from now on.
    /// Owner shard only, when no shard runs tasks any more; the owners of one runtime do this one after the
    /// other.
    void stop_all() noexcept;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

private:
    task_registry() = default;
    void link(task_header& task) noexcept;

    task_header* first_ = nullptr;
    intake<task_header> returned_;
};

/// How a task came to its end.
enum class task_end : std::uint8_t {
    completed, ///< by itself: complete() has run
    abandoned, ///< by the stop of the runtime: abandon() has run
};

/// Publishes that a task has ended: wakes the task or thread that waits, or releases it when nothing refers to
/// it any more. An exception of a completed task that nobody can see any more ends the program, as with
/// std::thread.
void announce_done(task_header& task, task_end end) noexcept;

/// The handle of a task is dropped.
void drop_handle(task_header& task) noexcept;

} // namespace spargio::detail
