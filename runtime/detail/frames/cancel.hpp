// Asking a task to stop (R36).
//
// A request is a bit in the task's header and stays for good. It reaches the task at its waits: one that is
// cancellable answers errc::canceled, at once when the request came before. What waits for children
// (task_group, when_all, when_any, with_stop) passes it on to them.
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/frames/waking.hpp>

#include <optional>
#include <stop_token>

namespace spargio::detail {

/// One request, in two steps, for a caller that keeps the task alive by a lock and must wake nobody under it.
class cancellation {
public:
    /// Marks the task, and claims it where it waits. The task must be alive. Any thread.
    explicit cancellation(task_header& task) noexcept;
    cancellation(const cancellation&) = delete;
    cancellation& operator=(const cancellation&) = delete;

    /// Wakes the task if it was claimed, and runs the callbacks on its stop_token, on this thread: under no
    /// lock. Touches the task only if it was claimed, so it may be gone otherwise.
    void carry_out() noexcept;

private:
    std::optional<waking_section> on_the_way_;
    task_header* woken_ = nullptr;
    std::stop_source source_{std::nostopstate};
};

/// Asks a task to stop. The task must be alive. Any thread; idempotent. One atomic operation on the task, and a
/// wake where it was waiting.
void request_cancel(task_header& task) noexcept;

/// A token that is stopped when the task is asked to stop; see this_task::stop_token(). By the task itself.
[[nodiscard]] std::stop_token stop_token_of(task_header& self);

} // namespace spargio::detail
