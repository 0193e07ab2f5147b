#include <spargio/detail/machine/misuse.hpp>
#include <spargio/shards/resume_on.hpp>

#include <spargio/detail/loop/runtime_core.hpp>

namespace spargio {

void detail::resume_on_awaiter::await_resume() const noexcept {
    // Where it is now it may be stolen from; see shard::move_current().
    shard::current()->current_task()->held = false;
}

detail::resume_on_awaiter resume_on(std::uint32_t shard_index) noexcept {
    shard* const here = shard::current();
    if (here == nullptr) misused("resume_on() outside a shard");
    runtime_core& core = here->core();
    if (shard_index >= core.shard_count()) misused("resume_on() to a shard that the runtime does not have");
    return detail::resume_on_awaiter(core.at(shard_index));
}

} // namespace spargio
