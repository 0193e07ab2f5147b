// Waiting for a connection, answered with a stream, in place.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/net/session_policy.hpp>
#include <spargio/ops/operation_on_descriptor.hpp>
#include <spargio/ops/sockets/accept.hpp>

#include <chrono>
#include <coroutine>
#include <expected>
#include <utility>

namespace spargio::net {

/// `co_await` gives io_result<Stream>. `Operation` gives a file_descriptor.
template <class Stream, class Operation>
class [[nodiscard]] accept_operation {
public:
    accept_operation(Operation&& accept, const session_policy& where) noexcept
        : accept_(std::move(accept)), where_(where) {}

    [[nodiscard]] bool await_ready() noexcept { return accept_.await_ready(); }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return accept_.await_suspend(caller);
    }
    /// Throws std::bad_alloc; the connection is closed then.
    [[nodiscard]] io_result<Stream> await_resume() {
        auto accepted = accept_.await_resume();
        if (!accepted) return std::unexpected(accepted.error());
        return Stream(std::move(*accepted), home_of_session(where_));
    }

    /// For timeout_at().
    [[nodiscard]] auto until(std::chrono::steady_clock::time_point deadline) && noexcept {
        using timed = decltype(timeout_at(deadline, std::move(accept_)));
        return accept_operation<Stream, timed>(timeout_at(deadline, std::move(accept_)), where_);
    }

private:
    Operation accept_;
    session_policy where_;
};

/// On the number that `of` has.
template <class Stream>
[[nodiscard]] auto accept_on(shared_descriptor* of, const session_policy& where) noexcept {
    auto accept = operation_on(of, [](int number) { return ops::accept(number); });
    return accept_operation<Stream, decltype(accept)>(std::move(accept), where);
}

/// With a deadline, which the kernel is asked to keep: in place as well.
template <class Stream, class Operation>
[[nodiscard]] auto timeout_at(std::chrono::steady_clock::time_point deadline,
                              accept_operation<Stream, Operation>&& accept) noexcept {
    return std::move(accept).until(deadline);
}

} // namespace spargio::net
