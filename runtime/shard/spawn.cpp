#include <spargio/shard/spawn.hpp>

#include <spargio/shard/runtime_core.hpp>

#include <cassert>

namespace spargio::detail {

bool launch(runtime_core& core, task_header& task, const placement& where) noexcept {
    shard* const here = shard::current();
    const bool inside = here != nullptr && &here->core() == &core;
    if (inside && !here->running()) return false; // being torn down: nothing runs any more
    shard* target = nullptr;
    if (const auto* const fixed = std::get_if<pinned>(&where)) {
        assert(fixed->shard < core.shard_count() && "no such shard");
        target = &core.at(fixed->shard % core.shard_count());
    } else if (std::holds_alternative<round_robin>(where)) {
        target = &core.next_in_turn();
    } else {
        target = inside ? here : &core.least_loaded();
    }
    if (inside && target == here) {
        here->start(task);
        return true;
    }
    task.home = target;
    return target->arrive(task);
}

runtime_core& current_core() noexcept {
    shard* const here = shard::current();
    assert(here != nullptr && "spawn() outside a shard; use runtime_handle::spawn()");
    return here->core();
}

bool has_room_for_stealable() noexcept { return shard::current()->has_room_for_stealable(); }

} // namespace spargio::detail
