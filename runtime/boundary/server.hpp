// The serving side of a boundary channel: tasks that receive calls and answer them (R46).
#pragma once

#include <spargio/boundary/exchange.hpp>
#include <spargio/boundary/wait_limit.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/sched/later_by.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <expected>
#include <memory>
#include <utility>

namespace spargio::boundary {

/// A call that a server has received and owes an answer. Move-only; one thread at a time, any thread. Dropped
/// without an answer, it answers `closed`. It counts against the channel's capacity as long as it lives. When
/// it was answered or moved from, everything but dropping and assigning ends the program, with a message.
template <class Request, class Reply>
class received {
    using exchange_type = detail::exchange<Request, Reply>;

public:
    received(std::shared_ptr<exchange_type> by, typename exchange_type::call_pointer taken) noexcept
        : exchange_(std::move(by)), call_(std::move(taken)) {}
    received(received&&) noexcept = default;
    received& operator=(received&& other) noexcept {
        if (this != &other) {
            drop();
            exchange_ = std::move(other.exchange_);
            call_ = std::move(other.call_);
        }
        return *this;
    }
    ~received() { drop(); }

    /// The request, the server's to read, change or move from.
    [[nodiscard]] Request& operator*() const noexcept { return owed().request; }
    [[nodiscard]] Request* operator->() const noexcept { return &owed().request; }

    /// When the caller stops waiting, by the steady clock; no_deadline when it does not.
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept { return owed().deadline; }

    /// Whether somebody still waits for the answer; it may be gone a moment later. For a server that is about
    /// to do something costly.
    [[nodiscard]] bool caller_waits() const noexcept {
        const auto& call = owed(); // first, as it is this that refuses
        return exchange_->caller_waits(call);
    }

    /// Answers and lets go of the call; once. Never waits. Errors say why nobody got the answer: `canceled` or
    /// `timed_out`. A caller that gave a function has it called in here, on this thread. Cost: one short lock,
    /// and a wake.
    status respond(Reply reply) noexcept {
        (void)owed();
        const auto by = std::move(exchange_);
        const auto answered = std::move(call_);
        return by->answer(*answered, std::move(reply));
    }

private:
    [[nodiscard]] typename exchange_type::call_type& owed() const noexcept {
        if (call_ == nullptr)
            spargio::detail::misused("a received call is used that was answered before or moved from");
        return *call_;
    }

    void drop() noexcept {
        if (call_ == nullptr) return;
        const auto by = std::move(exchange_);
        const auto answered = std::move(call_);
        static_cast<void>(by->answer(*answered, std::unexpected(errc::closed)));
    }

    std::shared_ptr<exchange_type> exchange_;
    typename exchange_type::call_pointer call_;
};

/// A server's end. Copies are further servers of the same channel: each call goes to one of them. When the last
/// one is gone the channel is closed. Copying, dropping and close(): any thread. receive(): tasks.
template <class Request, class Reply>
class server {
    using exchange_type = detail::exchange<Request, Reply>;

public:
    explicit server(std::shared_ptr<exchange_type> of) noexcept : exchange_(std::move(of)) {
        exchange_->add_server();
    }
    server(const server& other) noexcept : server(other.exchange_) {}
    server(server&&) noexcept = default;
    server& operator=(server other) noexcept {
        std::swap(exchange_, other.exchange_);
        return *this;
    }
    ~server() {
        if (exchange_ != nullptr) exchange_->drop_server();
    }

    class receive_awaiter {
    public:
        explicit receive_awaiter(std::shared_ptr<exchange_type> from, detail::wait_limit limit = {}) noexcept
            : exchange_(std::move(from)), limit_(limit) {}
        receive_awaiter(const receive_awaiter&) = delete;
        receive_awaiter& operator=(const receive_awaiter&) = delete;
        ~receive_awaiter() {
            limit_.drop(wait_);
            exchange_->forget(wait_);
            // Handed over, but the task was destroyed before it could take it.
            if (wait_.got != nullptr) const received<Request, Reply> unseen(exchange_, std::move(wait_.got));
        }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            // Once it waits, the task may be resumed elsewhere and destroy this.
            const auto from = exchange_;
            if (!limit_.begin(wait_)) return false;
            return from->receive(wait_, caller);
        }
        [[nodiscard]] std::expected<received<Request, Reply>, errc> await_resume() noexcept {
            limit_.end(wait_);
            exchange_->forget(wait_);
            if (const status outcome = wait_.outcome(); !outcome) return std::unexpected(outcome.error());
            if (wait_.got == nullptr) return std::unexpected(errc::timed_out); // woken by the timer
            return received<Request, Reply>(exchange_, std::move(wait_.got));
        }

    private:
        std::shared_ptr<exchange_type> exchange_;
        typename exchange_type::receive_wait wait_;
        detail::wait_limit limit_;
    };

    /// Waits for a call and takes it, those first that came first. `closed`: there are no more, because this
    /// side has closed the channel, or because every client has and all calls have been received. `canceled`:
    /// none was taken. In a task, on any shard; it may be answered on another. Cost: one short lock, no
    /// allocation.
    [[nodiscard]] receive_awaiter receive() const noexcept { return receive_awaiter(exchange_); }

    /// receive() that waits no longer than `longest` from this call, not from its co_await: then `timed_out`,
    /// never early, and no call was taken. One that is there already is taken whatever the limit. A call that
    /// comes at the very end is either received here or left for the next server. When the runtime of this task
    /// stops meanwhile, or did before: `closed`, though the channel may be open. The task is resumed on the
    /// same shard. Cost: that of receive() and of a timer, and while the limit is pending its shard looks at
    /// the clock each turn.
    template <class Rep, class Period>
    [[nodiscard]] receive_awaiter
    receive_with_timeout(std::chrono::duration<Rep, Period> longest) const noexcept {
        return receive_awaiter(exchange_, detail::wait_limit(spargio::detail::later_by(
                                              std::chrono::steady_clock::now(), longest)));
    }

    /// Refuses every call from now on and answers those that nobody has received, and those that wait for room,
    /// `closed`; servers that wait get `closed`. Calls already received may still be answered. Any thread;
    /// idempotent. Functions of callers are called in here.
    void close() const noexcept { exchange_->close(); }

private:
    std::shared_ptr<exchange_type> exchange_;
};

} // namespace spargio::boundary
