// The scheduler that tasks see: what runtime/tasks declares and leaves to the loop that runs tasks.
#include <spargio/detail/frames/scheduling.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>

namespace spargio::detail::scheduling {

task_header* current_task() noexcept {
    const shard* const here = shard::here();
    return here != nullptr ? here->current_task() : nullptr;
}

task_registry* current_registry() noexcept {
    shard* const here = shard::here();
    return here != nullptr ? &here->registry() : nullptr;
}

bool is_neighbour(const shard& other) noexcept {
    const shard* const here = shard::here();
    return here != nullptr && &here->core() == &other.core();
}

void make_runnable(task_header& task) noexcept {
    shard* const here = shard::here();
    // While a runtime is torn down nothing of it runs any more; its registry destroys the task. A task of
    // another runtime is to run: what is destroyed here may be all that it waits for.
    if (here != nullptr && !here->running() && &here->core() == &task.home->core()) return;
    const bool stays = task.moves == mobility::pinned || task.held || task.stays != 0;
    if (here != nullptr && (stays ? here == task.home : &here->core() == &task.home->core())) {
        here->resume_soon(task);
        return;
    }
    if (here == nullptr && task.lost_by_fork()) return; // nothing of it runs here; see P18
    // Refused only when the home has closed; then its registry destroys the task.
    [[maybe_unused]] const bool accepted = task.home->arrive(task);
}

bool may_go_on() noexcept { return shard::here()->may_go_on(); }

void give_way(std::coroutine_handle<> caller) noexcept {
    shard* const here = shard::here();
    here->resume_last(here->suspend_current(caller));
}

} // namespace spargio::detail::scheduling
