// What the two sides of a boundary channel share: the calls on their way and the servers that wait for them.
#pragma once

#include <spargio/boundary/call.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/detail/doors/timer_context.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace spargio::boundary::detail {

/// What becomes of a call that finds `capacity` calls unanswered.
enum class when_full : std::uint8_t { refuse, wait };

/// One lock guards everything. Nothing that may take long happens under it: the tasks to be woken are claimed
/// under the lock and woken after it; requests, replies and functions of the user are destroyed and called
/// after it.
template <class Request, class Reply>
class exchange {
public:
    using call_type = call<Request, Reply>;
    using call_pointer = std::shared_ptr<call_type>;
    using answer_type = std::expected<Reply, errc>;

    /// A server that waits for a call.
    struct receive_wait : spargio::detail::timer_wait {
        call_pointer got;
        receive_wait* next_woken = nullptr;
        bool finds_it_closed = false;
    };

    explicit exchange(std::size_t capacity) noexcept : capacity_(capacity == 0 ? 1 : capacity) {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    // --- clients
    // ------------------------------------------------------------------------------------------------------

    /// Begins a call that no task waits for. `closed`, `overloaded`: nothing of it is kept.
    [[nodiscard]] status begin(const call_pointer& begun, when_full mode) noexcept {
        const spargio::detail::waking_section on_the_way;
        woken_servers woken;
        {
            const std::lock_guard hold(lock_);
            if (const status may = may_begin(mode); !may) return may;
            enlist(begun, woken);
        }
        woken.finish();
        return {};
    }

    /// Begins a call and suspends its caller; false when it must not suspend: refused, then the node knows why,
    /// or cancelled. The caller may be resumed, and be gone, before this returns: it must hold no reference
    /// into the waiting frame, and something else than that frame must keep the exchange.
    [[nodiscard]] bool begin(std::shared_ptr<task_call<Request, Reply>> begun, when_full mode,
                             spargio::detail::wait_node& caller,
                             std::coroutine_handle<> resume_point) noexcept {
        const spargio::detail::waking_section on_the_way;
        woken_servers woken;
        {
            const std::lock_guard hold(lock_);
            if (const status may = may_begin(mode); !may) return caller.decide(may.error());
            begun->node = &caller;
            if (!caller.wait_unlisted(resume_point)) return false;
            enlist(std::move(begun), woken);
        }
        woken.finish();
        return true;
    }

    /// The caller waits no longer. False when its answer has been decided before.
    bool withdraw(call_type& withdrawn, errc why) noexcept {
        const spargio::detail::waking_section on_the_way;
        woken_servers woken;
        call_pointer out_of_list; // destroyed after the lock is released
        {
            const std::lock_guard hold(lock_);
            if (withdrawn.caller != caller_state::waiting) return false;
            withdrawn.caller = caller_state::gone;
            withdrawn.why_gone = why;
            if (withdrawn.place == call_place::queued) {
                out_of_list = queued_.remove(withdrawn);
                withdrawn.place = call_place::nowhere;
                give_room(woken);
            } else if (withdrawn.place == call_place::for_room) {
                out_of_list = for_room_.remove(withdrawn);
                withdrawn.place = call_place::nowhere;
                end_if_drained(woken);
            }
        }
        woken.finish();
        return true;
    }

    void add_client() noexcept { clients_.fetch_add(1, std::memory_order_relaxed); }
    void drop_client() noexcept {
        if (clients_.fetch_sub(1, std::memory_order_acq_rel) == 1) end_calls();
    }

    /// No more calls; those on their way are served.
    void end_calls() noexcept {
        const spargio::detail::waking_section on_the_way;
        woken_servers woken;
        {
            const std::lock_guard hold(lock_);
            no_more_calls_ = true;
            end_if_drained(woken);
        }
        woken.finish();
    }

    // --- servers
    // ------------------------------------------------------------------------------------------------------

    /// For await_suspend: takes a call or waits for one.
    [[nodiscard]] bool receive(receive_wait& wait, std::coroutine_handle<> resume_point) noexcept {
        const std::lock_guard hold(lock_);
        if (!queued_.empty()) {
            wait.got = queued_.pop();
            wait.got->place = call_place::at_server;
            return wait.decide();
        }
        if (no_more_calls_ && for_room_.empty()) return wait.decide(errc::closed);
        return servers_waiting_.wait(wait, resume_point);
    }

    /// After a wait that was cancelled, or when a waiting frame is destroyed.
    void forget(receive_wait& wait) noexcept {
        if (!wait.listed()) return;
        const std::lock_guard hold(lock_);
        servers_waiting_.remove(wait);
    }

    /// Ends a received call. The error says why the caller did not get the answer.
    status answer(call_type& settled, answer_type&& reply) noexcept {
        std::optional<spargio::detail::waking_section> on_the_way(std::in_place);
        woken_servers woken;
        status result;
        {
            const std::lock_guard hold(lock_);
            settled.place = call_place::nowhere;
            give_room(woken);
            result = settle(settled, std::move(reply));
        }
        woken.finish();
        if (result && settled.caller_is_task) settled.deliver();
        // A function of the user's may do anything, even end a runtime, which waits for all wakers.
        on_the_way.reset();
        if (result && !settled.caller_is_task) settled.deliver();
        return result;
    }

    [[nodiscard]] bool caller_waits(const call_type& asking) noexcept {
        const std::lock_guard hold(lock_);
        return asking.caller == caller_state::waiting;
    }

    void add_server() noexcept { servers_.fetch_add(1, std::memory_order_relaxed); }
    void drop_server() noexcept {
        if (servers_.fetch_sub(1, std::memory_order_acq_rel) == 1) close();
    }

    /// No more calls, and those that no server has received are answered `closed`.
    void close() noexcept {
        std::optional<spargio::detail::waking_section> on_the_way(std::in_place);
        woken_servers woken;
        call_list<Request, Reply> of_tasks;
        call_list<Request, Reply> of_others;
        {
            const std::lock_guard hold(lock_);
            no_more_calls_ = true;
            for (auto* const list : {&queued_, &for_room_}) {
                while (!list->empty()) {
                    call_pointer left = list->pop();
                    if (left->place == call_place::queued) --unanswered_;
                    left->place = call_place::nowhere;
                    if (!settle(*left, std::unexpected(errc::closed))) continue;
                    (left->caller_is_task ? of_tasks : of_others).push(std::move(left));
                }
            }
            end_if_drained(woken);
        }
        woken.finish();
        while (!of_tasks.empty()) of_tasks.pop()->deliver();
        on_the_way.reset();
        while (!of_others.empty()) of_others.pop()->deliver();
    }

private:
    /// Servers that were claimed under the lock, to be woken after it.
    class woken_servers {
    public:
        void add(receive_wait& server) noexcept {
            server.next_woken = first_;
            first_ = &server;
        }
        void finish() noexcept {
            while (first_ != nullptr) {
                receive_wait& server = *std::exchange(first_, first_->next_woken);
                server.finds_it_closed ? server.finish(errc::closed) : server.finish();
            }
        }

    private:
        receive_wait* first_ = nullptr;
    };

    // All below under the lock.

    [[nodiscard]] bool full() const noexcept { return unanswered_ >= capacity_; }

    [[nodiscard]] status may_begin(when_full mode) const noexcept {
        if (no_more_calls_) return std::unexpected(errc::closed);
        if (mode == when_full::refuse && full()) return std::unexpected(errc::overloaded);
        return {};
    }

    void enlist(call_pointer begun, woken_servers& woken) noexcept {
        if (full()) {
            begun->place = call_place::for_room;
            for_room_.push(std::move(begun));
            return;
        }
        ++unanswered_;
        if (auto* const server = static_cast<receive_wait*>(servers_waiting_.claim_first())) {
            begun->place = call_place::at_server;
            server->got = std::move(begun);
            woken.add(*server);
            return;
        }
        begun->place = call_place::queued;
        queued_.push(std::move(begun));
    }

    /// An admitted call has ended: the next one that waits for room is admitted.
    void give_room(woken_servers& woken) noexcept {
        --unanswered_;
        if (!for_room_.empty()) enlist(for_room_.pop(), woken);
        end_if_drained(woken);
    }

    void end_if_drained(woken_servers& woken) noexcept {
        if (!no_more_calls_ || !queued_.empty() || !for_room_.empty()) return;
        while (auto* const server = static_cast<receive_wait*>(servers_waiting_.claim_first())) {
            server->finds_it_closed = true;
            woken.add(*server);
        }
    }

    /// Decides the caller's answer, if nothing else has; a caller that gets success must deliver().
    [[nodiscard]] status settle(call_type& settled, answer_type&& reply) noexcept {
        if (settled.caller == caller_state::gone) return std::unexpected(settled.why_gone);
        if (!settled.claim()) {
            settled.caller = caller_state::gone;
            settled.why_gone = settled.why_not_claimed();
            return std::unexpected(settled.why_gone);
        }
        settled.caller = caller_state::answered;
        settled.answer.emplace(std::move(reply));
        return {};
    }

    spargio::detail::spin_lock lock_;
    const std::size_t capacity_;
    std::size_t unanswered_ = 0; // queued or at a server
    bool no_more_calls_ = false;
    call_list<Request, Reply> queued_;
    call_list<Request, Reply> for_room_;         // not empty only while the exchange is full
    spargio::detail::wait_list servers_waiting_; // not empty only while nothing is queued
    std::atomic<std::size_t> clients_{0};
    std::atomic<std::size_t> servers_{0};
};

} // namespace spargio::boundary::detail
