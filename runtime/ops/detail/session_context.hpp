// What runtime/ops may ask of a runtime about tasks that belong to a connection: the narrow door between
// sockets and the placement of tasks (R43).
#pragma once

#include <spargio/shards/this_shard.hpp>
#include <spargio/tasks/placement.hpp>
#include <spargio/tasks/spawn.hpp>
#include <spargio/tasks/task_group.hpp>

#include <cstdint>
#include <utility>

namespace spargio {

/// The shards of one runtime, seen by a task that runs there. On a shard only.
class session_context {
public:
    /// The shard of the current task.
    [[nodiscard]] static std::uint32_t here() noexcept { return this_shard::id(); }
    /// How many there are.
    [[nodiscard]] static std::uint32_t shards() noexcept { return this_shard::count(); }

    /// spawn() with the placement pinned{home}.
    template <class T>
    [[nodiscard]] static join_handle<T> start_at(std::uint32_t home, task<T>&& what) {
        return spawn(std::move(what), pinned{home});
    }
    /// spawn() with the placement stealable_preferred{home}.
    template <class T>
    [[nodiscard]] static join_handle<T> start_near(std::uint32_t home, task<T>&& what) {
        return spawn(std::move(what), stealable_preferred{home});
    }

    /// Tasks on given shards that are all awaited, as in a task_group: cancelling who waits cancels them.
    class group {
    public:
        void start_at(std::uint32_t home, task<> what) { children_.spawn(std::move(what), pinned{home}); }
        [[nodiscard]] task<> join() { return children_.join(); }
        void cancel() noexcept { children_.cancel(); }

    private:
        task_group children_;
    };
};

} // namespace spargio
