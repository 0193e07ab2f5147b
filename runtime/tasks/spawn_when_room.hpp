// Spawning with back-pressure (R10).
#pragma once

#include <spargio/detail/doors/room_context.hpp>
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
    explicit spawn_when_room_awaiter(task<T>&& work) noexcept : work_(std::move(work)) {}
    spawn_when_room_awaiter(const spawn_when_room_awaiter&) = delete;
    spawn_when_room_awaiter& operator=(const spawn_when_room_awaiter&) = delete;
    ~spawn_when_room_awaiter() {
        if (wait_) here_.forget(*wait_);
    }

    [[nodiscard]] bool await_ready() noexcept {
        here_ = room_context::here(); // and not where it was made: the task may have moved since
        return here_.refuses() || (!here_.has_line() && advance());
    }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
        return here_.wait(wait_.emplace(*this), caller);
    }
    [[nodiscard]] std::expected<join_handle<T>, errc> await_resume() noexcept {
        if (wait_) here_.end(*wait_);
        if (started_) return std::move(*started_);
        return std::unexpected(here_.refusal());
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
        if (!here_.has_room()) return false;
        started_.emplace(spawn_on(current_core(), std::move(work_), stealable{}));
        return true;
    }

    room_context here_;
    task<T> work_;
    std::optional<join_handle<T>> started_;
    std::optional<room_wait> wait_;
};

} // namespace detail

/// As spawn() of a stealable task from inside a task, but waits while this shard's queue of stealable tasks is
/// full (options.stealable_capacity): `auto child = co_await spawn_when_room(work());`. Waiting tasks are
/// served in order. `closed`: the runtime stops; `canceled`: the waiting task was cancelled; `work` is then
/// destroyed and has not begun. The waiting task stays on this shard meanwhile. Cost: as spawn() when there is
/// room; while it waits, a look at the queue each turn.
template <class T>
[[nodiscard]] detail::spawn_when_room_awaiter<T> spawn_when_room(task<T> work) noexcept {
    return detail::spawn_when_room_awaiter<T>(std::move(work));
}

} // namespace spargio
