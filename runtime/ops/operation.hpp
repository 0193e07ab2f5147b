// An operation of io_uring as an awaitable (R24): what all of runtime/ops have in common.
//
// For each of them holds, if its header does not say otherwise:
//
// - Making one does nothing yet, and any thread may; until it is awaited it can be moved.
// - Awaited once (a second time ends the program), by a task on a shard, whose ring it uses (R25). The task is
// resumed on that shard, and no
//   other one can have it meanwhile.
// - What it borrows (buffers, paths, addresses) must stay as it is until it has been awaited. It can't go away
//   before: a task that waits for an operation is resumed, cancelled or not, only when the kernel has done with
//   it. Descriptors that it is given must stay open as long.
// - Descriptors that it gives are the caller's. One that comes when its task is no more is closed.
// - Cancelling the task, a deadline (timeout(), timeout_at()) and the stop of the runtime ask the kernel to end
//   the operation. The answer is then the operation's own result, if it came about all the same, or `canceled`,
//   `timed_out` or `closed`, and it has had no effect (P6). One that has not begun by then does not begin.
// - Errors: the kernel's errno in std::system_category(), those of the system call of the same name. EINVAL
//   also where the kernel lacks the request, which the first line of each header dates; ENOMEM when there is no
//   memory for taking note of it; `overloaded` when the shard has as many operations with the kernel as the
//   option `operations` lets it, and nothing was begun: closing is exempt. EINTR never shows.
// - Costs: no lock, and no system call of its own: the requests of a turn go to the kernel together. No
//   allocation, except where the shard has more in flight than ever before, and eight bytes for each of many
//   that are given up together. Beside the kernel's work an entry in the ring, a place in a table, and a
//   suspension.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/operation_context.hpp>
#include <spargio/detail/machine/lent_memory.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <expected>
#include <optional>
#include <system_error>
#include <utility>

namespace spargio {

/// What an operation asks of the kernel and what it makes of the answer. `take` gets what was not an error. A
/// request that says `deaf` is not cancellable, one that says `numbers_only` never names a registered file, and
/// one with `orphan(result)` gives back what an operation obtained
/// for a task that is no more; `written()` is the memory, a span of bytes or of parts, that the kernel writes.
template <class Request>
concept kernel_request = std::move_constructible<Request> &&
    requires(Request& request, io_uring_sqe& entry, std::int32_t result, std::uint32_t flags) {
    typename Request::value_type;
    { request.prepare(entry) }
    noexcept;
    { request.take(result, flags) }
    noexcept->std::same_as<typename Request::value_type>;
};

/// One that may be tried on the spot, by a system call that does not block: see operation_tried_first.hpp.
template <class Request>
concept immediate_request = kernel_request<Request> && requires(Request& request) {
    /// What the kernel said: a count, or a negative errno; nothing when it would have had to wait.
    { request.attempt() }
    noexcept->std::same_as<std::optional<std::int32_t>>;
};

namespace detail {

/// Whether a thread of the kernel's was interrupted in its work: EINTR, or what restarts a system call inside
/// the kernel and no program is to see (ERESTARTSYS and its like, include/linux/errno.h), which opening lets
/// out.
[[nodiscard]] constexpr bool is_interruption(std::int32_t result) noexcept {
    return result == -EINTR || result == -512 || result == -513 || result == -514 || result == -516;
}

/// The error of a finished operation whose result is negative.
[[nodiscard]] inline std::error_code operation_error(const operation_wait& request) noexcept {
    // Where the kernel's worker threads do the work they are interrupted to end it.
    const bool ended = request.result() == -ECANCELED || is_interruption(request.result());
    if (ended && request.cut_short() != errc{}) return make_error_code(request.cut_short());
    return {-request.result(), std::system_category()};
}

template <class Request>
constexpr operation_kind kind_of() noexcept {
    return requires { requires Request::deaf; }
    ? operation_kind::deaf : operation_kind::cancellable;
}

} // namespace detail

/// `co_await` gives io_result<Request::value_type>.
template <kernel_request Request>
class [[nodiscard]] operation : private detail::operation_wait {
public:
    using request_type = Request;
    using value_type = typename Request::value_type;

    explicit operation(Request request) noexcept
        : detail::operation_wait(&fill, detail::kind_of<Request>()), request_(std::move(request)) {}
    /// Of one that has not been awaited.
    operation(operation&& other) noexcept : detail::operation_wait(other), request_(std::move(other.request_)) {
        assert(other.state() == detail::operation_state::created && "an operation stays where it was awaited");
    }
    operation& operator=(operation&&) = delete;
    ~operation() {
        if (in_flight()) detail::misused("an operation was destroyed while the kernel works on it");
        if constexpr (requires { request_.orphan(std::int32_t{}); })
            if (state() == detail::operation_state::finished && !taken_ && result() >= 0)
                request_.orphan(result());
        if (state() == detail::operation_state::finished) memory_is_ours();
    }

    /// The request may name the descriptor's place in the table of its ring (R31). Before it is awaited.
    void use_place([[maybe_unused]] const detail::descriptor_place* place) noexcept {
        if constexpr (!requires { requires Request::numbers_only; }) detail::operation_wait::use_place(place);
    }

    [[nodiscard]] bool await_ready() noexcept {
        if (taken_) detail::misused("an operation is awaited that was awaited before");
        if constexpr (immediate_request<Request>)
            if (may_attempt())
                if (const std::optional<std::int32_t> answer = request_.attempt()) {
                    detail::operation_context::finish_at_once(*this, *answer);
                    return true;
                }
        return false;
    }

    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        memory_is_the_kernels();
        return detail::operation_context::begin(*this, caller);
    }

    [[nodiscard]] io_result<value_type> await_resume() noexcept {
        if (!immediate_request<Request> || has_waited()) detail::operation_context::end(*this);
        taken_ = true;
        memory_is_ours();
        if (result() < 0) return std::unexpected(detail::operation_error(*this));
        if constexpr (std::same_as<value_type, void>) {
            request_.take(result(), flags());
            return {};
        } else {
            return request_.take(result(), flags());
        }
    }

protected:
    /// With a deadline.
    [[nodiscard]] bool suspend_until(detail::timer_wait& timer, detail::timer_context::time_point deadline,
                                     std::coroutine_handle<> caller) noexcept {
        memory_is_the_kernels();
        return detail::operation_context::begin(*this, timer, deadline, caller);
    }

private:
    /// A request that says `cheaper_together` goes to the ring when many tasks have such at once.
    [[nodiscard]] static bool may_attempt() noexcept {
        if constexpr (requires { requires Request::cheaper_together; })
            return detail::operation_context::may_attempt_alone();
        else
            return detail::operation_context::may_attempt();
    }
    void memory_is_the_kernels() noexcept {
        if constexpr (requires { request_.written(); }) detail::lend(request_.written());
    }
    void memory_is_ours() noexcept {
        if constexpr (requires { request_.written(); }) detail::take_back(request_.written());
    }
    static void fill(detail::operation_wait& request, io_uring_sqe& entry) noexcept {
        static_cast<operation&>(request).request_.prepare(entry);
    }

    [[no_unique_address]] Request request_;
    bool taken_ = false;
};

/// An operation that a deadline ends; what timeout_at() makes of one. As cheap as the operation, and the timer.
template <kernel_request Request>
class [[nodiscard]] timed_operation : private operation<Request> {
public:
    timed_operation(operation<Request>&& request, detail::timer_context::time_point deadline) noexcept
        : operation<Request>(std::move(request)), deadline_(deadline) {}
    timed_operation(timed_operation&& other) noexcept
        : operation<Request>(std::move(other)), deadline_(other.deadline_) {}
    timed_operation& operator=(timed_operation&&) = delete;
    ~timed_operation() = default;

    using operation<Request>::use_place;
    using operation<Request>::await_ready;
    using operation<Request>::await_resume;

    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return this->suspend_until(timer_, deadline_, caller);
    }

private:
    detail::timer_context::time_point deadline_;
    detail::timer_wait timer_;
};

} // namespace spargio
