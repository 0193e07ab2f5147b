// An operation on a descriptor that others may close meanwhile: it keeps the descriptor open while the kernel
// works, and is refused when the descriptor is closing (P8).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/sync/shared_descriptor.hpp>

#include <cerrno>
#include <chrono>
#include <coroutine>
#include <expected>
#include <system_error>
#include <utility>

namespace spargio {

/// `co_await` gives what the operation gives, or EBADF when the descriptor is closed or closing. In place: no
/// frame. Two atomic operations beside the operation.
template <class Operation>
class [[nodiscard]] descriptor_operation {
public:
    /// `of` null: refused.
    descriptor_operation(shared_descriptor* of, Operation&& request) noexcept
        : request_(std::move(request)), of_(of) {}
    /// Of one that has not been awaited.
    descriptor_operation(descriptor_operation&& other) noexcept
        : request_(std::move(other.request_)), of_(other.of_) {}
    descriptor_operation& operator=(descriptor_operation&&) = delete;
    /// Not resumed: the runtime stopped, and the kernel has done with it.
    ~descriptor_operation() {
        if (inside_) of_->leave();
    }

    [[nodiscard]] bool await_ready() noexcept {
        inside_ = of_ != nullptr && of_->enter();
        return !inside_ || request_.await_ready();
    }

    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        request_.use_place(of_->place());
        return request_.await_suspend(caller);
    }

    [[nodiscard]] auto await_resume() noexcept -> decltype(std::declval<Operation&>().await_resume()) {
        if (!inside_) return std::unexpected(std::error_code(EBADF, std::system_category()));
        auto result = request_.await_resume();
        inside_ = false;
        of_->leave();
        return result;
    }

    /// Null: refused.
    [[nodiscard]] shared_descriptor* descriptor() const noexcept { return of_; }

    /// For timeout_at(): the same with another operation.
    template <class Other>
    [[nodiscard]] auto as(auto... more) && noexcept {
        return descriptor_operation<Other>(of_, Other(std::move(request_), more...));
    }

private:
    Operation request_;
    shared_descriptor* of_;
    bool inside_ = false;
};

/// Of the number that `of` has; `make(number)` gives the operation.
template <class Make>
[[nodiscard]] auto operation_on(shared_descriptor* of, Make&& make) noexcept {
    using made = decltype(make(0));
    return descriptor_operation<made>(of, make(of != nullptr ? of->number() : -1));
}

/// With a deadline, at which the kernel is asked to end the operation: in place as well.
template <kernel_request Request>
[[nodiscard]] auto timeout_at(std::chrono::steady_clock::time_point deadline,
                              descriptor_operation<operation<Request>>&& request) noexcept {
    return std::move(request).template as<timed_operation<Request>>(deadline);
}

} // namespace spargio
