// Tying a task to a std::stop_token, and keeping one from being cancelled (R36).
#pragma once

#include <spargio/detail/frames/result_slot.hpp>
#include <spargio/tasks/detail/child_scope.hpp>
#include <spargio/tasks/when.hpp>

#include <stop_token>
#include <utility>

namespace spargio {

/// Runs a task as a child that is cancelled when `token` is stopped, by whatever thread, or when the waiting
/// task is, and gives its result or throws its exception. A token that is stopped already doesn't keep the
/// child from starting, cancelled. The waiting task itself is not cancelled by the token. Throws task_stopped
/// when the runtime's stop has ended the child, and std::bad_alloc. Awaited in a task, on a shard. Nothing is
/// allocated beyond four frames.
template <class T>
[[nodiscard]] task<T> with_stop(std::stop_token token, task<T> work, placement where = stealable{}) {
    detail::result_slot<T> result;
    detail::child_scope scope;
    auto all = scope.wait_for_all(); // before anything can be left to wait for
    detail::start_child(detail::all_child<T>(detail::child_ticket(scope), result, std::move(work)), where);
    {
        // Its destructor waits for a callback that runs on another thread.
        const std::stop_callback pass_on(std::move(token), [&scope] { scope.cancel(); });
        co_await std::move(all);
    }
    if (const auto error = scope.take_error()) std::rethrow_exception(error);
    co_return result.take();
}

/// Runs a task that a cancellation of the waiting one doesn't reach: for what must be put in order at the end,
/// as a child of a group too. Gives its result or throws its exception. A stop of the runtime doesn't wait for
/// it beyond its grace: then it throws task_stopped, if anybody is left to see it. Awaited in a task, on a
/// shard. Cost: a spawn and a frame.
template <class T>
[[nodiscard]] task<T> shielded(task<T> work, placement where = stealable{}) {
    auto apart = spawn(std::move(work), where);
    co_return co_await std::move(apart); // joining is deaf
}

} // namespace spargio
