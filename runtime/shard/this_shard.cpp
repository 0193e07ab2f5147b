#include <spargio/shard/this_shard.hpp>

#include <spargio/shard/runtime_core.hpp>

#include <cassert>

namespace spargio::this_shard {

std::uint32_t count() noexcept { return static_cast<std::uint32_t>(shard::current()->core().shard_count()); }

remote_shard remote(std::uint32_t index) {
    shard* const here = shard::current();
    assert(here != nullptr && "this_shard::remote() outside a shard");
    assert(index < here->core().shard_count() && "no such shard");
    return remote_shard(*here, here->core().at(index));
}

} // namespace spargio::this_shard
