// Waiting until messages have been taken up (R18).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/loop/shard.hpp>

#include <coroutine>
#include <cstdint>
#include <vector>

namespace spargio {

/// Completes when every message that the shard had accepted when the ticket was made has been taken by a task
/// of its target. Made by this_shard::flush(); to be awaited once, on the same shard: elsewhere it ends the
/// program. `closed`: the runtime stops first. `canceled`: the messages are on their way all the same.
class flush_ticket final : public detail::progress_wait {
public:
    /// Notes the end of every lane in use. Throws std::bad_alloc. On the shard's thread.
    explicit flush_ticket(detail::shard& here);
    flush_ticket(const flush_ticket&) = delete;
    flush_ticket& operator=(const flush_ticket&) = delete;
    ~flush_ticket() { here_.forget_progress(*this); }

    [[nodiscard]] bool await_ready() noexcept {
        here_.insist_on_current();
        if (!advance(here_)) return here_.stopping() ? !decide(errc::closed) : false;
        decide();
        return true;
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return here_.wait_for_progress(*this, caller);
    }
    [[nodiscard]] status await_resume() noexcept {
        here_.forget_progress(*this);
        here_.current_task()->held = false;
        return outcome();
    }

    [[nodiscard]] bool advance(detail::shard& here) noexcept final;

private:
    struct mark {
        detail::lane* outgoing; ///< or null
        detail::direct_link* direct;
        std::uint64_t position;

        [[nodiscard]] bool reached() const noexcept {
            return (outgoing != nullptr ? outgoing->taken() : direct->taken()) >= position;
        }
    };
    detail::shard& here_;
    std::vector<mark> marks_;
};

} // namespace spargio
