// Starting tasks (R7, R8).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/placement.hpp>
#include <spargio/detail/doors/launching.hpp>
#include <spargio/tasks/detail/spawned_task.hpp>
#include <spargio/tasks/join_handle.hpp>

#include <expected>
#include <type_traits>
#include <utility>

namespace spargio {

namespace detail {

[[nodiscard]] constexpr mobility mobility_of(const placement& where) noexcept {
    const bool moves =
        std::holds_alternative<stealable>(where) || std::holds_alternative<stealable_preferred>(where);
    return moves ? mobility::stealable : mobility::pinned;
}

/// What becomes of a task that no shard takes any more: it counts as stopped.
inline void refuse(task_header& task) noexcept {
    task.operations->abandon(task);
    task.join.store(join_word::done, std::memory_order_release);
}

template <class T>
[[nodiscard]] join_handle<T> spawn_on(runtime_core& core, task<T>&& work, const placement& where) {
    auto& state = prepare_spawn(std::move(work), mobility_of(where));
    join_handle<T> handle(state);
    if (!launch(core, state, where)) refuse(state);
    return handle;
}

template <class T>
[[nodiscard]] std::expected<join_handle<T>, errc> try_spawn_on(runtime_core& core, task<T>&& work,
                                                               const placement& where) {
    if (mobility_of(where) == mobility::pinned) return spawn_on(core, std::move(work), where);
    shard* const target = find_room(core, where);
    if (target == nullptr) return std::unexpected(errc::overloaded);
    auto& state = prepare_spawn(std::move(work), mobility::stealable);
    join_handle<T> handle(state);
    if (!launch_into_room(*target, state)) refuse(state);
    return handle;
}

} // namespace detail

/// Starts a task from inside a task, on the same runtime; it runs when the current one suspends, or at once on
/// an idle shard. Never waits: when the queue of stealable tasks is full the task is kept on this shard and
/// can't be stolen. The runtime owns the frame from now on. A runtime that stops takes it as long as its shards
/// run, and then refuses: joining throws task_stopped. Outside a shard, and with a task that was moved from, it
/// ends the program, with a message; from other threads see runtime_handle::spawn(). Cost: tens of ns on the
/// same shard, no allocation beyond the frame that the task brings; a system call more when a sleeping shard is
/// woken for it.
template <class T>
[[nodiscard]] join_handle<T> spawn(task<T> work, const placement& where) {
    return detail::spawn_on(detail::current_core(), std::move(work), where);
}

/// The same with the placement `stealable`, somewhat cheaper.
template <class T>
[[nodiscard]] join_handle<T> spawn(task<T> work) {
    auto& state = detail::prepare_spawn(std::move(work), detail::mobility::stealable);
    join_handle<T> handle(state);
    if (!detail::launch_here(state)) detail::refuse(state);
    return handle;
}

/// As spawn(), but a stealable task that finds the queue of its shard full (options.stealable_capacity) is
/// refused: `overloaded`, and `work` is still the caller's. Pinned tasks are never refused. To wait instead,
/// use spawn_when_room(). From inside a task. Cost: as spawn(), and a look at the queue.
template <class T>
[[nodiscard]] std::expected<join_handle<T>, errc> try_spawn(task<T>&& work, placement where = stealable{}) {
    return detail::try_spawn_on(detail::current_core(), std::move(work), where);
}

} // namespace spargio
