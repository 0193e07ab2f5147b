#include <spargio/detail/machine/misuse.hpp>
#include <spargio/shards/resume_on.hpp>

#include <spargio/detail/loop/runtime_core.hpp>

namespace spargio {

void detail::resume_on_awaiter::await_resume() const noexcept {
    // Where it is now it may be stolen from; see shard::move_current().
    detail::shard::current()->current_task()->held = false;
}

detail::resume_on_awaiter resume_on(std::uint32_t shard_index) noexcept {
    detail::shard* const here = detail::shard::current();
    if (here == nullptr) detail::misused("resume_on() outside a shard");
    detail::runtime_core& core = here->core();
    if (shard_index >= core.shard_count())
        detail::misused("resume_on() to a shard that the runtime does not have");
    return detail::resume_on_awaiter(core.at(shard_index));
}

} // namespace spargio
