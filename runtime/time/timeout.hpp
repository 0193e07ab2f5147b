// Work with a deadline (R34): `co_await spargio::timeout(2s, ask(server))` gives what ask() gives, or
// `timed_out`.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/detail/sched/later_by.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/tasks/task.hpp>
#include <spargio/time/detail/child_watch.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <expected>
#include <type_traits>
#include <utility>

namespace spargio {

namespace detail {

template <class T>
struct timed {
    using type = std::expected<T, errc>;
    static constexpr bool can_say_canceled = false;
};
template <class T>
struct timed<std::expected<T, errc>> {
    using type = std::expected<T, errc>;
    static constexpr bool can_say_canceled = true;
};

template <class T>
struct timed<io_result<T>> {
    using type = io_result<T>;
    static constexpr bool can_say_canceled = true;
};

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

template <class Awaitable>
decltype(auto) awaiter_of(Awaitable&& awaitable) {
    if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); })
        return std::forward<Awaitable>(awaitable).operator co_await();
    else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); })
        return operator co_await(std::forward<Awaitable>(awaitable));
    else
        return std::forward<Awaitable>(awaitable);
}

/// What co_await of it gives.
template <class Awaitable>
using awaited = decltype(detail::awaiter_of(std::declval<Awaitable>()).await_resume());

template <class T>
task<T> watched(task<T> work, child_watch& watch) {
    const child_watch::presence here(watch);
    result_slot<T> result;
    try {
        task<T> mine = std::move(work); // destroyed where it has ended
        if constexpr (std::is_void_v<T>) {
            co_await std::move(mine);
            result.set_value();
        } else {
            result.set_value(co_await std::move(mine));
        }
    } catch (...) {
        result.set_error(std::current_exception());
    }
    co_await watch.way_home();
    co_return result.take();
}

template <class T>
task<typename timed<T>::type> run_until(std::chrono::steady_clock::time_point deadline, task<T> work) {
    child_watch watch(deadline);
    auto child = watch.start(watched(std::move(work), watch));
    auto ended_by = co_await watch.end_or_deadline();
    if (ended_by == child_watch::end::closed) ended_by = co_await watch.end_of_child();
    if (ended_by != child_watch::end::child) child.cancel();
    const bool cut_short = ended_by == child_watch::end::deadline;
    if constexpr (timed<T>::can_say_canceled) {
        T result = co_await std::move(child);
        if (cut_short && !result && result.error() == errc::canceled)
            co_return std::unexpected(errc::timed_out);
        co_return result;
    } else if constexpr (std::is_void_v<T>) {
        co_await std::move(child);
        if (cut_short) co_return std::unexpected(errc::timed_out);
        co_return std::expected<void, errc>();
    } else {
        T result = co_await std::move(child);
        if (cut_short) co_return std::unexpected(errc::timed_out);
        co_return std::expected<T, errc>(std::move(result));
    }
}

template <class Awaitable>
task<awaited<Awaitable>> as_task(Awaitable awaitable) {
    co_return co_await std::move(awaitable);
}

template <class Awaitable>
task<awaited<Awaitable>> as_task_on(std::remove_reference_t<Awaitable>& awaitable) {
    co_return co_await static_cast<Awaitable&&>(awaitable);
}

} // namespace detail

/// What timeout() gives for a task<T>: T itself where that is a std::expected<..., errc>, else std::expected<T,
/// errc>.
template <class T>
using timeout_result = typename detail::timed<T>::type;

/// Runs `work` as a child, pinned to this shard, until it ends or `deadline` comes; then the child is
/// cancelled, and awaited in any case: nothing of it runs or is held afterwards. On a shard only.
///
/// Answers: the child's own result when it has one, even a late one; `timed_out` when the deadline came first
/// and the child answered `canceled`. A T that can't say `canceled` (anything but std::expected<..., errc>)
/// counts as cut short once the deadline has come before the child's end. An exception of the child is thrown
/// in any case. When the caller is cancelled the child is cancelled, and its result is the answer.
///
/// The child may move to other shards (resume_on()); it comes back to end, one trip more, and must not have a
/// stream of another shard by then. The caller stays here meanwhile.
///
/// A child that ignores cancellation, or waits for what can't be cancelled (joining another task), makes the
/// caller wait. A deadline in the past still lets it run up to its first wait. When the runtime stops there is
/// no deadline any more. Throws std::bad_alloc. Cost: a spawn, a timer, and two frames beside the
/// child's own.
template <class T>
[[nodiscard]] task<timeout_result<T>> timeout_at(std::chrono::steady_clock::time_point deadline, task<T> work) {
    return detail::run_until(deadline, std::move(work));
}

/// The same for anything else that can be awaited in a task, such as `values.receive()`. A movable temporary is
/// moved in; everything else must live until the result has been awaited, as it does in `co_await
/// timeout_at(deadline, values.receive())`.
template <class Awaitable>
requires(!detail::is_task<std::remove_cvref_t<Awaitable>>)
    [[nodiscard]] task<timeout_result<detail::awaited<Awaitable>>> timeout_at(
        std::chrono::steady_clock::time_point deadline, Awaitable&& work) {
    if constexpr (!std::is_lvalue_reference_v<Awaitable> && std::move_constructible<Awaitable>)
        return detail::run_until(deadline, detail::as_task<Awaitable>(std::move(work)));
    else
        return detail::run_until(deadline, detail::as_task_on<Awaitable>(work));
}

/// The same for an operation of io_uring, in place: no child and no frame, and the kernel is asked to end it at
/// the deadline.
template <kernel_request Request>
[[nodiscard]] timed_operation<Request> timeout_at(std::chrono::steady_clock::time_point deadline,
                                                  operation<Request>&& request) noexcept {
    return timed_operation<Request>(std::move(request), deadline);
}

/// timeout_at() for `duration` from this call, not from its co_await.
template <class Rep, class Period, class Awaitable>
[[nodiscard]] auto timeout(std::chrono::duration<Rep, Period> duration, Awaitable&& work) {
    return timeout_at(detail::later_by(std::chrono::steady_clock::now(), duration),
                      std::forward<Awaitable>(work));
}

} // namespace spargio
