#include <spargio/detail/doors/launching.hpp>

#include <spargio/detail/doors/submit_blocking.hpp>
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/pool/blocking_pool.hpp>
#include <spargio/observe/trace.hpp>

namespace spargio::detail {
namespace {

shard& checked(runtime_core& core, std::uint32_t index) noexcept {
    if (index >= core.shard_count()) misused("a placement names a shard that the runtime does not have");
    return core.at(index);
}

/// `here` is null outside the runtime.
shard& choose_shard(runtime_core& core, const placement& where, shard* here) noexcept {
    if (const auto* const fixed = std::get_if<pinned>(&where)) return checked(core, fixed->shard);
    if (std::holds_alternative<round_robin>(where)) return core.next_in_turn();
    if (const auto* const by_key = std::get_if<sticky>(&where))
        return core.at(shard_of_key(by_key->key, static_cast<std::uint32_t>(core.shard_count())));
    if (const auto* const preferred = std::get_if<stealable_preferred>(&where))
        return checked(core, preferred->shard);
    return here != nullptr ? *here : core.least_loaded();
}

} // namespace

bool launch(runtime_core& core, task_header& task, const placement& where) noexcept {
    shard* const here = shard::here();
    const bool inside = here != nullptr && &here->core() == &core;
    if (inside && !here->running()) return false; // being torn down: nothing runs any more
    if (!inside && core.inherited()) return false;
    shard* const target = &choose_shard(core, where, inside ? here : nullptr);
    trace::spawns(&task);
    if (inside && target == here) {
        here->start(task);
        return true;
    }
    task.home = target;
    return target->arrive(task);
}

bool launch_here(task_header& task) noexcept {
    shard* const here = shard::here();
    if (here == nullptr) misused("spawn() outside a shard; use runtime_handle::spawn()");
    if (!here->running()) return false; // being torn down: nothing runs any more
    trace::spawns(&task);
    here->start(task);
    return true;
}

status submit_blocking(runtime_core& core, blocking_pool::job function) noexcept {
    return core.blocking().submit(function);
}

runtime_core& current_core() noexcept {
    shard* const here = shard::here();
    if (here == nullptr) misused("spawn() outside a shard; use runtime_handle::spawn()");
    return here->core();
}

std::uint32_t index_here() noexcept { return shard::current_or_end().index(); }

std::uint32_t shards_here() noexcept {
    return static_cast<std::uint32_t>(shard::current_or_end().core().shard_count());
}

bool tears_down_here() noexcept {
    const shard* const here = shard::current();
    return here != nullptr && !here->running();
}

shard* find_room(runtime_core& core, const placement& where) noexcept {
    shard* const here = shard::here();
    shard* const inside = here != nullptr && &here->core() == &core ? here : nullptr;
    shard& target = choose_shard(core, where, inside);
    const bool room = &target == inside ? target.has_room_for_stealable() : target.reserve_arrival();
    return room ? &target : nullptr;
}

bool launch_into_room(shard& target, task_header& task) noexcept {
    shard* const here = shard::here();
    const bool inside = here != nullptr && &here->core() == &target.core();
    if (inside ? !here->running() : target.core().inherited()) return false;
    trace::spawns(&task);
    if (here == &target) {
        target.start(task);
        return true;
    }
    task.home = &target;
    task.reserved = true;
    return target.arrive(task);
}

} // namespace spargio::detail
