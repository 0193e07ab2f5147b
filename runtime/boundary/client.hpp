// The calling side of a boundary channel: any thread, any runtime (R46).
#pragma once

#include <spargio/boundary/exchange.hpp>
#include <spargio/boundary/wait_limit.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/sched/later_by.hpp>

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <expected>
#include <memory>
#include <utility>

namespace spargio::boundary {

/// A call that was begun with a function, to give it up. Dropping it changes nothing. Move-only; any thread.
template <class Request, class Reply>
class call_ticket {
    using exchange_type = detail::exchange<Request, Reply>;

public:
    call_ticket(std::shared_ptr<exchange_type> of, typename exchange_type::call_pointer begun) noexcept
        : exchange_(std::move(of)), call_(std::move(begun)) {}
    call_ticket(call_ticket&&) noexcept = default;
    call_ticket& operator=(call_ticket&&) noexcept = default;

    /// Has the function called with `why` (`canceled`, or `timed_out` for a caller with a timer of its own), in
    /// here, on this thread. False when the answer has been decided before: the function is or was called with
    /// that. A server that has the request already works on in vain until it asks caller_waits().
    bool give_up(errc why = errc::canceled) const noexcept {
        if (!exchange_->withdraw(*call_, why)) return false;
        call_->answer.emplace(std::unexpected(why));
        call_->deliver();
        return true;
    }

private:
    std::shared_ptr<exchange_type> exchange_;
    typename exchange_type::call_pointer call_;
};

/// A client's end. Copies are further clients. When the last one is gone, servers get what was called before
/// and then `closed`. Everything here: any thread, also while the server's runtime stops, unless said
/// otherwise.
///
/// Each call has exactly one answer: the server's reply; `closed` when the channel is closed, or the server
/// goes away, or drops the call; `overloaded` for the forms that do not wait for room; `timed_out`; `canceled`.
/// Only after `overloaded`, and `closed` from a call that was not begun, is it sure that no server has seen the
/// request.
///
/// A deadline travels with the call, and the server sees it; call_and_wait() and
/// call_with_timeout() wait no longer than that. Cost: one allocation a call, one short lock on either side,
/// and a wake on either side where somebody sleeps.
///
/// With g++ 12, build a request that is an aggregate with members to destroy in a statement of its own and move
/// it in: that compiler destroys such temporaries of a co_await expression twice.
template <class Request, class Reply>
class client {
    using exchange_type = detail::exchange<Request, Reply>;
    using time_point = std::chrono::steady_clock::time_point;

public:
    using answer_type = std::expected<Reply, errc>;
    using ticket_type = call_ticket<Request, Reply>;

    explicit client(std::shared_ptr<exchange_type> of) noexcept : exchange_(std::move(of)) {
        exchange_->add_client();
    }
    client(const client& other) noexcept : client(other.exchange_) {}
    client(client&&) noexcept = default;
    client& operator=(client other) noexcept {
        std::swap(exchange_, other.exchange_);
        return *this;
    }
    ~client() {
        if (exchange_ != nullptr) exchange_->drop_client();
    }

    class call_awaiter {
    public:
        call_awaiter(std::shared_ptr<exchange_type> by, Request&& request, time_point until,
                     detail::when_full mode, detail::wait_limit limit = {})
            : exchange_(std::move(by)), call_(std::make_shared<detail::task_call<Request, Reply>>(
                                            std::move(request), until, limit.exists())),
              limit_(limit), mode_(mode) {}
        call_awaiter(const call_awaiter&) = delete;
        call_awaiter& operator=(const call_awaiter&) = delete;
        /// When a waiting frame is destroyed the server must not reach for it any more.
        ~call_awaiter() {
            limit_.drop(node_);
            if (suspended_) exchange_->withdraw(*call_, errc::canceled);
        }

        [[nodiscard]] bool await_ready() const noexcept {
            if (answered_) spargio::detail::misused("a call is awaited that was awaited before");
            return false;
        }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            // Once it waits, the task may be resumed elsewhere and destroy this.
            const auto by = exchange_;
            if (!limit_.begin(node_)) return false;
            suspended_ = true;
            return by->begin(call_, mode_, node_, caller);
        }
        [[nodiscard]] answer_type await_resume() noexcept {
            limit_.end(node_);
            status outcome = node_.outcome();
            // An answer claims the task first, so what the timer has woken gets no answer any more.
            if (outcome && !call_->answer) outcome = std::unexpected(errc::timed_out);
            if (!outcome) exchange_->withdraw(*call_, outcome.error());
            suspended_ = false;
            answered_ = true;
            if (!outcome) return std::unexpected(outcome.error());
            return std::move(*call_->answer);
        }

    private:
        std::shared_ptr<exchange_type> exchange_;
        std::shared_ptr<detail::task_call<Request, Reply>> call_;
        spargio::detail::timer_wait node_;
        detail::wait_limit limit_;
        detail::when_full mode_;
        bool suspended_ = false;
        bool answered_ = false;
    };

    /// `co_await` in a task of any Spargio runtime: waits for room, then for the answer. Nothing is begun
    /// before the co_await. Errors: `closed`, `canceled`. Throws std::bad_alloc.
    [[nodiscard]] call_awaiter call(Request request, time_point deadline = no_deadline) const {
        return call_awaiter(exchange_, std::move(request), deadline, detail::when_full::wait);
    }

    /// As call(), but `overloaded` at once when the channel is full; it still waits for the answer.
    [[nodiscard]] call_awaiter try_call(Request request, time_point deadline = no_deadline) const {
        return call_awaiter(exchange_, std::move(request), deadline, detail::when_full::refuse);
    }

    /// call() that waits no longer than `longest` from this call, not from its co_await, for room and answer
    /// together: then `timed_out`, never early. The deadline travels with the call. A request that nobody has
    /// received by then is never received; a server that has it sees caller_waits() become false, and its
    /// respond() says `timed_out`, however late. An answer that comes at the very end is either the answer or
    /// refused. When the runtime of this task stops meanwhile, or did before: `closed`. The task is resumed on
    /// the same shard. Cost: that of call() and of a timer, and while the limit is pending its shard looks at
    /// the clock each turn.
    template <class Rep, class Period>
    [[nodiscard]] call_awaiter call_with_timeout(std::chrono::duration<Rep, Period> longest,
                                                 Request request) const {
        const auto until = spargio::detail::later_by(std::chrono::steady_clock::now(), longest);
        return call_awaiter(exchange_, std::move(request), until, detail::when_full::wait,
                            detail::wait_limit(until));
    }

    /// For threads that must not block: begins the call, or says at once why not (`overloaded`, `closed`; then
    /// `on_reply` is never called). Otherwise `on_reply(std::expected<Reply, errc>)` is called exactly once, on
    /// whatever thread decides the answer: one of the server's shards, the one that closes the channel, or the
    /// one that gives up the call; possibly before this returns. It must neither block nor throw. Throws
    /// std::bad_alloc, and what moving `on_reply` throws; then nothing was begun.
    template <std::move_constructible Function>
    requires std::invocable<Function&, std::expected<Reply, errc>>
    [[nodiscard]] std::expected<ticket_type, errc> call(Request request, Function on_reply,
                                                        time_point deadline = no_deadline) const {
        auto begun = std::make_shared<detail::callback_call<Request, Reply, Function>>(
            std::move(request), deadline, std::move(on_reply));
        if (const status outcome = exchange_->begin(begun, detail::when_full::refuse); !outcome)
            return std::unexpected(outcome.error());
        return ticket_type(exchange_, std::move(begun));
    }

    /// Blocks the calling thread, which must not be a shard (it ends the program), until there is room and an
    /// answer. Errors: `closed`; `timed_out` at the deadline, never before it. Throws std::bad_alloc.
    [[nodiscard]] answer_type call_and_wait(Request request, time_point deadline = no_deadline) const {
        if (spargio::detail::scheduling::current_registry() != nullptr)
            spargio::detail::misused("call_and_wait() would block a shard; co_await call() there");
        const auto begun = std::make_shared<detail::thread_call<Request, Reply>>(std::move(request), deadline);
        if (const status outcome = exchange_->begin(begun, detail::when_full::wait); !outcome)
            return std::unexpected(outcome.error());
        if (deadline == no_deadline) {
            begun->wait();
        } else if (!begun->wait_until_deadline()) {
            if (exchange_->withdraw(*begun, errc::timed_out)) return std::unexpected(errc::timed_out);
            begun->wait(); // the answer is on its way
        }
        return std::move(*begun->answer);
    }

    /// call_and_wait() with a deadline that lies `longest` ahead.
    template <class Rep, class Period>
    [[nodiscard]] answer_type call_and_wait_for(Request request,
                                                std::chrono::duration<Rep, Period> longest) const {
        return call_and_wait(std::move(request),
                             spargio::detail::later_by(std::chrono::steady_clock::now(), longest));
    }

    /// Refuses every call from now on, by whatever client: `closed`. Calls on their way are served; servers get
    /// `closed` when they have received them all. Idempotent; never blocks. One short lock, and a wake for each
    /// server that waits in vain.
    void close() const noexcept { exchange_->end_calls(); }

private:
    std::shared_ptr<exchange_type> exchange_;
};

} // namespace spargio::boundary
