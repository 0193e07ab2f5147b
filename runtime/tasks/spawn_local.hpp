// Tasks that are built where they run (R9).
#pragma once

#include <spargio/tasks/spawn.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace spargio {

namespace detail {

template <class T>
struct task_value;
template <class T>
struct task_value<task<T>> {
    using type = T;
};

/// What the task that a factory makes returns.
template <class Factory>
using built_value = typename task_value<std::invoke_result_t<Factory&>>::type;

/// Carries the factory to its shard. The factory lives in this frame until the task that it made is done, so a
/// coroutine lambda may use its captures throughout.
template <class Factory>
task<built_value<Factory>> build_and_run(Factory factory) {
    auto built = factory();
    co_return co_await std::move(built);
}

template <class Factory>
[[nodiscard]] join_handle<built_value<Factory>> spawn_local_on(runtime_core& core, Factory factory,
                                                               const placement& where) {
    static_assert(
        fits_a_frame<Factory>,
        "a factory can't capture what is aligned to more than operator new aligns (16 bytes): capture a "
        "std::unique_ptr to it");
    auto carrier = build_and_run(std::move(factory));
    auto& state = prepare_spawn(std::move(carrier), mobility::pinned);
    join_handle<built_value<Factory>> handle(state);
    if (!launch(core, state, where)) refuse(state);
    return handle;
}

} // namespace detail

/// Calls `factory()`, which returns a task, on the shard that `where` chooses, and runs the task there. What
/// the factory makes never crosses a thread; the factory itself, moved there, does. The task stays on that
/// shard: `stealable` and `stealable_preferred` only choose it. An exception of the factory arrives at the
/// joiner like one of the task. The factory lives until the task is done, so a coroutine lambda may use its
/// captures. From inside a task; see also runtime_handle::spawn_local(). Errors and cost as spawn(), with one
/// frame more; throws std::bad_alloc for it.
template <std::invocable Factory>
[[nodiscard]] auto spawn_local(Factory factory, placement where = stealable{}) {
    return detail::spawn_local_on(detail::current_core(), std::move(factory), where);
}

} // namespace spargio
