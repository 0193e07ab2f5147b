// What a task can know of requests to stop it (R36).
#pragma once

#include <spargio/detail/frames/cancel.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <coroutine>
#include <stop_token>

namespace spargio {

namespace detail {

/// Nobody wakes it but a canceller.
class cancelled_awaiter : wait_node {
public:
    cancelled_awaiter() noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return this->wait_unlisted(caller);
    }
    void await_resume() const noexcept {}
};

[[nodiscard]] inline task_header& running_task() noexcept {
    task_header* const self = scheduling::current_task();
    if (self == nullptr) misused("this_task:: outside a task");
    return *self;
}

} // namespace detail

/// About the task that calls: the one that was spawned, however deep in what it awaits. On a shard only;
/// elsewhere it ends the program.
namespace this_task {

/// Whether the task was asked to stop: by join_handle::cancel(), by the group or the with_stop() that it runs
/// in. Never goes back. For loops that compute and don't wait. Costs an atomic load.
[[nodiscard]] inline bool stop_requested() noexcept { return detail::running_task().cancel_requested(); }

/// A token that says the same to code that knows only the standard's: std::stop_callback, a function that
/// polls. Callbacks run on the thread that cancels, within cancel(): they must be short and must not throw. It
/// may outlive the task. Throws std::bad_alloc; the first call in a task allocates what all its tokens share,
/// and a task that never calls pays nothing.
[[nodiscard]] inline std::stop_token stop_token() { return detail::stop_token_of(detail::running_task()); }

/// Waits until the task is asked to stop; at once when it was already. Answers nothing, because there is
/// nothing else that it can answer: when the runtime stops first, the frame is destroyed where it waits, as
/// with a mutex. No allocation.
[[nodiscard]] inline detail::cancelled_awaiter cancelled() noexcept { return {}; }

} // namespace this_task

} // namespace spargio
