// Moving the current task to another shard (R13).
#pragma once

#include <spargio/detail/loop/shard.hpp>

#include <coroutine>
#include <cstdint>

namespace spargio {

namespace detail {

class resume_on_awaiter {
public:
    explicit resume_on_awaiter(shard& target) noexcept : target_(target) {}
    [[nodiscard]] bool await_ready() const noexcept { return shard::current() == &target_; }
    // Out of line: the target may run the task, and free this frame, before the call has returned.
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> caller) const noexcept {
        shard::current()->move_current(target_, caller);
    }
    void await_resume() const noexcept;

private:
    shard& target_;
};

} // namespace detail

/// `co_await resume_on(2)`: the current task goes on on shard 2, behind what waits there already. A pinned task
/// is pinned there from then on; a stealable one resumes there and may be stolen after. Objects that belong to
/// a shard (this_shard::remote(), this_shard::messages(), this_shard::flush()) stay behind: ask for new ones;
/// used elsewhere they end the program, with a message, when they send or would wait. A task that has a stream
/// of its shard (ops::receive_stream, ops::accept_stream) ends the program, with a message, when it would leave
/// it. All that it waits for besides (timeout(), groups, when_all(), locks, channels) may be begun here and end
/// there. Not cancellable: a cancelled task arrives as well. When the runtime stops for good on the way, the
/// task is destroyed like any other that waits. An index past the last shard ends the program. Inside a task
/// only. Cost: nothing on the same shard; else two atomic operations, and a system call when the target sleeps.
[[nodiscard]] detail::resume_on_awaiter resume_on(std::uint32_t shard_index) noexcept;

} // namespace spargio
