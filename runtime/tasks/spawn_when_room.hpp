// Spawning with back-pressure (R10).
#pragma once

#include <spargio/tasks/spawn.hpp>

#include <coroutine>
#include <expected>
#include <optional>
#include <utility>

namespace spargio {

namespace detail {

template <class T>
class spawn_when_room_awaiter {
public:
    spawn_when_room_awaiter(shard& here, task<T>&& what) noexcept : here_(here), what_(std::move(what)) {}
    spawn_when_room_awaiter(const spawn_when_room_awaiter&) = delete;
    spawn_when_room_awaiter& operator=(const spawn_when_room_awaiter&) = delete;
    ~spawn_when_room_awaiter() {
        if (wait_) here_.forget_progress(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        if (here_.stopping() || here_.current_task()->cancel_requested()) return true;
        return !here_.has_progress_waits() && advance(); // those who wait already go first
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return here_.wait_for_progress(wait_.emplace(*this), caller);
    }
    [[nodiscard]] std::expected<join_handle<T>, errc> await_resume() noexcept {
        if (wait_) {
            here_.forget_progress(*wait_);
            here_.current_task()->held = false;
        }
        if (started_) return std::move(*started_);
        return std::unexpected(here_.stopping() ? errc::closed : errc::canceled);
    }

private:
    class room_wait final : public progress_wait {
    public:
        explicit room_wait(spawn_when_room_awaiter& owner) noexcept : owner_(owner) {}
        [[nodiscard]] bool advance(shard&) noexcept override { return owner_.advance(); }

    private:
        spawn_when_room_awaiter& owner_;
    };

    bool advance() noexcept {
        if (!here_.has_room_for_stealable()) return false;
        started_.emplace(spawn_on(current_core(), std::move(what_), stealable{}));
        return true;
    }

    shard& here_;
    task<T> what_;
    std::optional<join_handle<T>> started_;
    std::optional<room_wait> wait_;
};

} // namespace detail

/// As spawn() of a stealable task from inside a task, but waits while this shard's queue of stealable tasks is
/// full (options.stealable_capacity): `auto child = co_await spawn_when_room(work());`. Those who wait are
/// served in order. `closed`: the runtime stops; `canceled`: the waiting task was cancelled; `what` is then
/// destroyed and has not begun. The waiting task stays on this shard meanwhile. Cost: as spawn() when there is
/// room; while it waits, a look at the queue each turn.
template <class T>
[[nodiscard]] detail::spawn_when_room_awaiter<T> spawn_when_room(task<T> what) noexcept {
    return detail::spawn_when_room_awaiter<T>(shard::current_or_end(), std::move(what));
}

} // namespace spargio
