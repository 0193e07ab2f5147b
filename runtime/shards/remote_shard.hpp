// Sending messages from one shard to another (R16, R17).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/message.hpp>
#include <spargio/detail/loop/shard.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

namespace spargio {

namespace detail {

/// Sends what `messages_` names, waiting for room as often as it takes.
class send_awaiter {
public:
    send_awaiter(shard& here, shard& target, lane& outgoing, std::span<const message> messages) noexcept
        : here_(here), target_(target), lane_(outgoing), messages_(messages) {}
    send_awaiter(shard& here, shard& target, lane& outgoing, message one) noexcept
        : here_(here), target_(target), lane_(outgoing), one_(one), messages_(&one_, 1) {}
    send_awaiter(const send_awaiter&) = delete;
    send_awaiter& operator=(const send_awaiter&) = delete;
    ~send_awaiter() {
        if (wait_) here_.forget_progress(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        if (here_.stopping() || here_.own_task().cancel_requested()) return true;
        // Tasks that wait already go first, and a task that never waits gives way now and then.
        return !here_.has_progress_waits() && here_.may_go_on() && advance();
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        if (!here_.has_progress_waits() && advance()) { // there is room, and it has sent its share in a row
            here_.resume_last(here_.suspend_current(caller));
            return true;
        }
        return here_.wait_for_progress(wait_.emplace(*this), caller);
    }
    [[nodiscard]] status await_resume() noexcept {
        if (messages_.empty() && !wait_) [[likely]]
            return {};
        return end_of_wait();
    }

private:
    /// Made only when there is no room.
    class room_wait final : public progress_wait {
    public:
        explicit room_wait(send_awaiter& owner) noexcept : owner_(owner) {}
        [[nodiscard]] bool advance(shard&) noexcept override { return owner_.advance(); }

    private:
        send_awaiter& owner_;
    };

    bool advance() noexcept {
        messages_ = messages_.subspan(here_.post(target_, lane_, messages_));
        return messages_.empty();
    }

    status end_of_wait() noexcept {
        if (wait_) {
            here_.forget_progress(*wait_);
            here_.current_task()->held = false;
        }
        if (messages_.empty()) return {};
        return std::unexpected(here_.stopping() ? errc::closed : errc::canceled);
    }

    shard& here_;
    shard& target_;
    lane& lane_;
    message one_;
    std::span<const message> messages_;
    std::optional<room_wait> wait_;
};

} // namespace detail

/// The way from the shard that made it (this_shard::remote) to another. A small value, for use on that shard
/// only: posting elsewhere ends the program. Messages of one pair of shards arrive in the order in which they
/// were accepted, each exactly once, or are lost with the runtime when it stops (P1, P2). A message whose tag
/// is one of runtime_options.hot_tags goes by a lane of its own; the value of a coalesced tag is added to a
/// sum, and never refused for want of room.
class remote_shard {
public:
    /// Makes the lane between the two if it is the first. Throws std::bad_alloc.
    remote_shard(detail::shard& here, detail::shard& target)
        : here_(&here), target_(&target), lane_(&here.lane_to(target)) {}

    /// The shard that it leads to.
    [[nodiscard]] std::uint32_t index() const noexcept { return target_->index(); }

    /// Accepts the message or refuses it: `overloaded` when the lane is full, `closed` when the runtime stops.
    /// Never waits. Cost: 10 to 20 ns to an awake shard; one system call more when it sleeps, made at once, so
    /// the target wakes even if the caller goes on computing.
    [[nodiscard]] status post(std::uint32_t tag, std::uint64_t value) const noexcept {
        const message one{tag, value};
        if (here_->stopping()) return std::unexpected(errc::closed);
        if (here_->post(*target_, *lane_, {&one, 1}) == 0) return std::unexpected(errc::overloaded);
        return {};
    }

    /// Accepts as many of the messages as there is room for, from the front, and says how many: one fence and
    /// at most one doorbell for all. Zero for a full lane; `closed` when the runtime stops. Never waits.
    /// Copies: the span may go afterwards. Cost: below 10 ns a message in batches of 64, otherwise as post().
    [[nodiscard]] std::expected<std::size_t, errc> post_many(std::span<const message> messages) const noexcept {
        if (here_->stopping()) return std::unexpected(errc::closed);
        return here_->post(*target_, *lane_, messages);
    }

    /// Waits until there is room and sends; the tasks that wait on this shard are served in order. `closed`:
    /// the runtime stops; `canceled`: the task was asked to stop, before or meanwhile; both: not sent. Cost: as
    /// post() when there is room; no allocation; while it waits, a look at the lane each turn. The task stays
    /// on this shard meanwhile.
    [[nodiscard]] detail::send_awaiter send(std::uint32_t tag, std::uint64_t value) const noexcept {
        return detail::send_awaiter(*here_, *target_, *lane_, message{tag, value});
    }

    /// Sends all, in order, waiting for room as often as it takes. The messages must live until it completes.
    /// `closed`, `canceled`: as send(), but some of the first may have been sent. Cost: as post_many().
    [[nodiscard]] detail::send_awaiter send_many(std::span<const message> messages) const noexcept {
        return detail::send_awaiter(*here_, *target_, *lane_, messages);
    }

    /// Sends a message that needs no lane: it rides in the completion of a MSG_RING request, which also wakes
    /// the target (R19). For rare small control messages. It comes out of next_event() there. A tag of 16 bits
    /// and a value of 56 can be carried; more is `does_not_fit`. `overloaded`: 64 direct messages to that shard
    /// have not been taken yet; `closed`: the runtime stops; `no_resources`: no memory for the first one. In
    /// all these cases nothing was sent. Never waits, and is not cancellable.
    ///
    /// Direct messages of one pair of shards keep their order among themselves; between them and those of the
    /// lane there is none. A hot tag goes the way of hot tags, as with post(). Where the kernel can't or will
    /// not carry one (no MSG_RING, a request that fails, SQPOLL, a message to this shard itself), the target
    /// reads it from memory.
    ///
    /// Cost: one system call, about 1 us, and as long again until a target that is awake looks at its ring:
    /// some 100 times what post() costs to a target that is awake, and about the same to one that sleeps.
    [[nodiscard]] status post_direct(std::uint32_t tag, std::uint64_t value) const noexcept {
        const message one{tag, value};
        const auto accepted = here_->post_direct(*target_, {&one, 1});
        if (!accepted) return std::unexpected(accepted.error());
        if (*accepted == 0) return std::unexpected(errc::overloaded);
        return {};
    }

    /// Sends as many of the messages directly as there is room for, from the front, with one system call for
    /// all, and says how many. When one of them does not fit, none is sent. Otherwise as post_direct(), but for
    /// `overloaded`, which is 0 here. Copies: the span may go afterwards.
    [[nodiscard]] std::expected<std::size_t, errc>
    post_many_direct(std::span<const message> messages) const noexcept {
        return here_->post_direct(*target_, messages);
    }

private:
    detail::shard* here_;
    detail::shard* target_;
    detail::lane* lane_;
};

} // namespace spargio
