#include <spargio/shards/this_shard.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/shards/shard_context.hpp>

namespace spargio::this_shard {

std::uint32_t count() noexcept {
    return static_cast<std::uint32_t>(detail::shard::current_or_end().core().shard_count());
}

std::size_t operations_in_flight() noexcept { return detail::shard::current_or_end().requests().size(); }

shard_context context() {
    const detail::shard& here = detail::shard::current_or_end();
    detail::runtime_core& core = here.core();
    return shard_context(here.index(), core.options(), runtime_handle(core.shared_from_this()));
}

remote_shard remote(std::uint32_t index) {
    detail::shard& here = detail::shard::current_or_end();
    if (index >= here.core().shard_count()) detail::misused("this_shard::remote(): no such shard");
    return remote_shard(here, here.core().at(index));
}

} // namespace spargio::this_shard
