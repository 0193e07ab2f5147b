#include <spargio/shard/this_shard.hpp>

#include <spargio/shard/runtime_core.hpp>
#include <spargio/shard/shard_context.hpp>

#include <cassert>

namespace spargio::this_shard {

std::uint32_t count() noexcept { return static_cast<std::uint32_t>(shard::current()->core().shard_count()); }

shard_context context() {
    shard* const here = shard::current();
    assert(here != nullptr && "this_shard::context() outside a shard");
    runtime_core& core = here->core();
    return shard_context(here->index(), core.options(), runtime_handle(core.shared_from_this()));
}

remote_shard remote(std::uint32_t index) {
    shard* const here = shard::current();
    assert(here != nullptr && "this_shard::remote() outside a shard");
    assert(index < here->core().shard_count() && "no such shard");
    return remote_shard(*here, here->core().at(index));
}

} // namespace spargio::this_shard
