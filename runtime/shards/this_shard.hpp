// What a task can ask of the shard that runs it.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/message.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/shards/flush_ticket.hpp>
#include <spargio/shards/remote_shard.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

namespace spargio {

namespace detail {

class event_awaiter {
public:
    explicit event_awaiter(shard& here) noexcept : here_(here) {}
    event_awaiter(const event_awaiter&) = delete;
    event_awaiter& operator=(const event_awaiter&) = delete;
    ~event_awaiter() {
        if (wait_) here_.mail().waiters().remove(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        // Waiting tasks are served in order of arrival; a cancelled one takes nothing any more.
        got_one_ = here_.mail().waiters().empty() && !here_.own_task().cancel_requested() &&
                   !here_.mail().hot_goes_first() && here_.take_event(received_);
        return got_one_;
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        wait_.emplace();
        if (here_.stopping()) return wait_->decide(errc::closed);
        return here_.wait_for_event(*wait_, caller);
    }
    [[nodiscard]] std::expected<event, errc> await_resume() noexcept {
        if (got_one_) [[likely]]
            return received_;
        return end_of_wait();
    }

private:
    std::expected<event, errc> end_of_wait() noexcept {
        here_.mail().waiters().remove(*wait_);
        here_.current_task()->held = false;
        if (const status ended = wait_->outcome(); !ended) return std::unexpected(ended.error());
        return wait_->received;
    }

    shard& here_;
    event received_;
    bool got_one_ = false;
    std::optional<event_wait> wait_; // made only when there is something to wait for
};

class event_batch_awaiter {
public:
    event_batch_awaiter(shard& here, std::span<event> into) noexcept : here_(here), into_(into), one_(here) {}

    [[nodiscard]] bool await_ready() noexcept {
        if (here_.mail().waiters().empty() && !here_.own_task().cancel_requested() &&
            !here_.mail().hot_goes_first())
            count_ = here_.take_events(into_);
        return count_ != 0;
    }
    bool await_suspend(std::coroutine_handle<> caller) noexcept { return one_.await_suspend(caller); }
    [[nodiscard]] std::expected<std::size_t, errc> await_resume() noexcept {
        if (count_ != 0) return count_;
        const auto first = one_.await_resume();
        if (!first) return std::unexpected(first.error());
        into_[0] = *first;
        return 1 + here_.take_events(into_.subspan(1));
    }

private:
    shard& here_;
    std::span<event> into_;
    event_awaiter one_;
    std::size_t count_ = 0;
};

class yield_awaiter {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> caller) const noexcept {
        shard* const here = shard::current();
        here->resume_last(here->suspend_current(caller));
    }
    void await_resume() const noexcept {}
};

} // namespace detail

/// Lets every other ready task of this shard run first. Ring, lanes and timers are looked at between turns:
/// after options.tasks_per_turn tasks at the latest, and, where tasks take long, about every half a
/// millisecond; so a lone task that computes longer than that between its yields has them looked at in each.
/// Not cancellable. Inside a task only, which stays on this shard. Cost: a trip through the run queue.
[[nodiscard]] inline detail::yield_awaiter yield() noexcept { return {}; }

/// Everything here must be called by a task, on a shard; elsewhere it ends the program, with a message. The
/// answers belong to the shard that runs the task now: a stealable task may be elsewhere after its next
/// co_await.
namespace this_shard {

/// Index of this shard, from 0.
[[nodiscard]] inline std::uint32_t id() noexcept { return detail::shard::current_or_end().index(); }

/// How many shards the runtime has.
[[nodiscard]] std::uint32_t count() noexcept;

/// Operations of this shard that are with the kernel now (R28).
[[nodiscard]] std::size_t operations_in_flight() noexcept;

/// The way to send messages to a shard, this one included. Valid on this shard only. An index past the last
/// ends the program, with a message. Throws std::bad_alloc. Cost: makes the lane where it is the first to that
/// shard, 16 bytes for each of options.lane_capacity messages; later a look-up.
[[nodiscard]] remote_shard remote(std::uint32_t index);

/// The messages to this shard, for a task that takes many: next() is next_event() without looking up the shard
/// each time. Valid on this shard only, so for pinned tasks: elsewhere it ends the program as soon as it would
/// wait.
class inbox {
public:
    explicit inbox(detail::shard& here) noexcept : here_(&here) {}
    /// See next_event().
    [[nodiscard]] detail::event_awaiter next() const noexcept { return detail::event_awaiter(*here_); }
    /// Waits until there is a message, takes as many as there are, up to `into.size()` (at least 1), and says
    /// how many: a few ns for all and about 1 ns for each. Order is kept for each source. `into` must live
    /// until the answer has come. Errors as next_event().
    [[nodiscard]] detail::event_batch_awaiter next_batch(std::span<event> into) const noexcept {
        return detail::event_batch_awaiter(*here_, into);
    }

private:
    detail::shard* here_;
};

/// This shard's inbox.
[[nodiscard]] inline inbox messages() noexcept { return inbox(detail::shard::current_or_end()); }

/// Waits for the next message to this shard; tasks that wait are served in order of arrival, each message goes
/// to one. `closed`: the runtime stops. `canceled`: no message was taken. The task stays on this shard
/// meanwhile. After 256 that were there at once the task gives way to others. Cost: a few ns when one is there;
/// no allocation.
[[nodiscard]] inline detail::event_awaiter next_event() noexcept {
    return detail::event_awaiter(detail::shard::current_or_end());
}

/// A ticket that completes when every message that this shard had accepted before, to whatever target, has been
/// taken up by a task there (R18); sums of coalesced tags are not waited for. Errors: see flush_ticket. Throws
/// std::bad_alloc. Cost: an allocation once any lane is in use, and a look at each such lane, each turn, while
/// it waits.
[[nodiscard]] inline flush_ticket flush() { return flush_ticket(detail::shard::current_or_end()); }

} // namespace this_shard

} // namespace spargio
