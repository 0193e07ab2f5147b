// One call through a boundary channel: the request, the caller that waits for the answer, and how far it has
// come.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/wait_list.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace spargio::boundary {

/// The deadline of a call that has none.
inline constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

namespace detail {

/// Where a call is. Guarded by the lock of its exchange, as is all that changes but the answer.
enum class call_place : std::uint8_t {
    nowhere,   ///< not begun, or done with
    for_room,  ///< waits to be admitted
    queued,    ///< admitted, waits to be received
    at_server, ///< received, and neither answered nor dropped
};

/// What has become of the caller. It leaves `waiting` exactly once.
enum class caller_state : std::uint8_t {
    waiting,
    answered,
    gone, ///< it was cancelled or ran out of time; see call::why_gone
};

/// Shared by the caller and the channel or the server.
template <class Request, class Reply>
class call {
public:
    call(Request&& request, std::chrono::steady_clock::time_point until, bool of_a_task) noexcept
        : request(std::move(request)), deadline(until), caller_is_task(of_a_task) {}
    virtual ~call() = default;
    call(const call&) = delete;
    call& operator=(const call&) = delete;

    /// Under the lock, once: true for the one thread that may then deliver(). False: the caller is being
    /// cancelled.
    [[nodiscard]] virtual bool claim() noexcept { return true; }
    /// After a claim that failed: why the caller is going. A guess where both have come at once.
    [[nodiscard]] virtual errc why_not_claimed() const noexcept { return errc::canceled; }
    /// After a claim, with the answer in place and without the lock.
    virtual void deliver() noexcept = 0;

    Request request;
    const std::chrono::steady_clock::time_point deadline;
    const bool caller_is_task;
    call_place place = call_place::nowhere;
    caller_state caller = caller_state::waiting;
    errc why_gone{};
    std::optional<std::expected<Reply, errc>> answer;

private:
    template <class Q, class P>
    friend class call_list;
    std::shared_ptr<call> self_; // while in a list
    call* previous_ = nullptr;
    call* next_ = nullptr;
};

/// Calls in order of arrival. Keeps them alive.
template <class Request, class Reply>
class call_list {
public:
    using call_type = call<Request, Reply>;

    call_list() = default;
    call_list(const call_list&) = delete;
    call_list& operator=(const call_list&) = delete;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    void push(std::shared_ptr<call_type> owner) noexcept {
        call_type& added = *owner;
        added.self_ = std::move(owner);
        added.previous_ = last_;
        added.next_ = nullptr;
        (last_ != nullptr ? last_->next_ : first_) = &added;
        last_ = &added;
    }

    [[nodiscard]] std::shared_ptr<call_type> pop() noexcept { return remove(*first_); }

    std::shared_ptr<call_type> remove(call_type& removed) noexcept {
        (removed.previous_ != nullptr ? removed.previous_->next_ : first_) = removed.next_;
        (removed.next_ != nullptr ? removed.next_->previous_ : last_) = removed.previous_;
        return std::move(removed.self_);
    }

private:
    call_type* first_ = nullptr;
    call_type* last_ = nullptr;
};

/// A task waits.
template <class Request, class Reply>
class task_call final : public call<Request, Reply> {
public:
    task_call(Request&& request, std::chrono::steady_clock::time_point until, bool limited) noexcept
        : call<Request, Reply>(std::move(request), until, true), limited_(limited) {}

    [[nodiscard]] bool claim() noexcept override { return node->claim(); }
    [[nodiscard]] errc why_not_claimed() const noexcept override {
        const bool late = limited_ && std::chrono::steady_clock::now() >= this->deadline;
        return late ? errc::timed_out : errc::canceled;
    }
    void deliver() noexcept override { node->finish(); }

    spargio::detail::wait_node* node = nullptr; ///< in the waiting frame; set before the call is enlisted

private:
    const bool limited_; // whether the caller waits no longer than to the deadline
};

/// A thread that is no shard waits.
template <class Request, class Reply>
class thread_call final : public call<Request, Reply> {
public:
    thread_call(Request&& request, std::chrono::steady_clock::time_point until) noexcept
        : call<Request, Reply>(std::move(request), until, false) {}

    void deliver() noexcept override {
        const std::lock_guard hold(lock_);
        delivered_ = true;
        came_.notify_one();
    }

    void wait() {
        std::unique_lock hold(lock_);
        came_.wait(hold, [this] { return delivered_; });
    }

    /// Until the deadline at most; whether the answer has come.
    [[nodiscard]] bool wait_until_deadline() {
        std::unique_lock hold(lock_);
        return came_.wait_until(hold, this->deadline, [this] { return delivered_; });
    }

private:
    std::mutex lock_;
    std::condition_variable came_;
    bool delivered_ = false;
};

/// A function is to be called.
template <class Request, class Reply, class Function>
class callback_call final : public call<Request, Reply> {
public:
    callback_call(Request&& request, std::chrono::steady_clock::time_point until, Function&& on_reply)
        : call<Request, Reply>(std::move(request), until, false), on_reply_(std::move(on_reply)) {}

    void deliver() noexcept override {
        // Moved out: what the function holds must not live as long as the server keeps the request.
        Function on_reply(std::move(*on_reply_));
        on_reply_.reset();
        on_reply(std::move(*this->answer));
    }

private:
    std::optional<Function> on_reply_;
};

} // namespace detail

} // namespace spargio::boundary
