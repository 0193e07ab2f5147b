#include <spargio/detail/doors/room_context.hpp>

#include <spargio/detail/loop/shard.hpp>

namespace spargio::detail {

room_context room_context::here() noexcept { return room_context(shard::current_or_end()); }

bool room_context::refuses() const noexcept {
    return shard_->stopping() || shard_->current_task()->cancel_requested();
}

bool room_context::has_line() const noexcept { return shard_->has_progress_waits(); }

bool room_context::has_room() const noexcept { return shard_->has_room_for_stealable(); }

errc room_context::refusal() const noexcept { return shard_->stopping() ? errc::closed : errc::canceled; }

bool room_context::wait(progress_wait& wait, std::coroutine_handle<> caller) noexcept {
    return shard_->wait_for_progress(wait, caller);
}

void room_context::forget(progress_wait& wait) noexcept { shard_->forget_progress(wait); }

void room_context::end(progress_wait& wait) noexcept {
    shard_->forget_progress(wait);
    shard_->current_task()->held = false;
}

} // namespace spargio::detail
