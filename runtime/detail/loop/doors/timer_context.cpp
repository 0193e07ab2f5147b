#include <spargio/detail/doors/timer_context.hpp>

#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

namespace spargio::detail {

timer_context timer_context::here() noexcept {
    shard* const current = shard::current();
    if (current == nullptr) misused("waiting for time outside a shard");
    return timer_context(*current);
}

bool timer_context::stopping() const noexcept { return shard_->stopping(); }

bool timer_context::is_here() const noexcept { return shard::current() == shard_; }

void timer_context::hold() noexcept { shard_->current_task()->held = true; }

bool timer_context::suspend(timer_wait& wait, std::coroutine_handle<> caller) noexcept {
    hold(); // cancelled from another shard, it must still be resumed here: the timers are this thread's alone
    return wait.wait_unlisted(caller);
}

void timer_context::arm(timer_wait& wait, time_point deadline) noexcept {
    shard_->timers().arm(wait, deadline);
}

void timer_context::disarm(timer_wait& wait) noexcept { shard_->timers().disarm(wait); }

void timer_context::end(timer_wait& wait) noexcept {
    disarm(wait);
    shard_->current_task()->held = false;
}

void timer_context::bring(std::coroutine_handle<> caller) noexcept {
    shard::here()->move_current(*shard_, caller);
}

void timer_context::start(task_header& task) noexcept { shard_->start(task); }

} // namespace spargio::detail
