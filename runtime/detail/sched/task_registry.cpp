#include <spargio/detail/sched/task_registry.hpp>

#include <spargio/detail/frames/foreign_waiter.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/waking.hpp>

#include <cstddef>
#include <mutex>
#include <vector>

namespace spargio::detail {
namespace {

struct stock {
    std::mutex lock;
    std::vector<task_registry*> idle; // has room for all that were ever made
    std::size_t made = 0;
};

/// Never destroyed: handles in static objects may outlive main().
stock& common_stock() {
    static stock* const the_one = new stock;
    return *the_one;
}

} // namespace

task_registry& task_registry::acquire() {
    stock& from = common_stock();
    const std::lock_guard hold(from.lock);
    if (from.idle.empty()) {
        from.idle.reserve(from.made + 1); // now, because a stop must not need memory
        auto* const fresh = new task_registry;
        ++from.made;
        return *fresh;
    }
    task_registry* const registry = from.idle.back();
    from.idle.pop_back();
    registry->returned_.reopen();
    return *registry;
}

void task_registry::recycle(task_registry& registry) noexcept {
    stock& into = common_stock();
    const std::lock_guard hold(into.lock);
    into.idle.push_back(&registry);
}

void task_registry::link(task_header& task) noexcept {
    task.registry.store(this, std::memory_order_relaxed);
    task.live_previous = nullptr;
    task.live_next = first_;
    if (first_ != nullptr) first_->live_previous = &task;
    first_ = &task;
}

void task_registry::unlink(task_header& task) noexcept {
    if (task.live_next != nullptr) task.live_next->live_previous = task.live_previous;
    if (task.live_previous != nullptr)
        task.live_previous->live_next = task.live_next;
    else
        first_ = task.live_next;
    // Last: a thread that sees it may free the task.
    task.registry.store(nullptr, std::memory_order_release);
}

void task_registry::release(task_header& task) noexcept {
    task_registry* const owner = task.registry.load(std::memory_order_acquire);
    if (owner == nullptr || owner == scheduling::current_registry()) {
        if (owner != nullptr) owner->unlink(task);
        task.operations->dispose(task);
        return;
    }
    // A task that was joined inline still has its frame, which goes here and now: to its owner a frame means
    // that the task is unfinished.
    if (task.frame) task.operations->complete(task);
    if (!owner->returned_.push(task)) {
        // The owner has stopped and has unlinked every task before it closed the intake.
        task.operations->dispose(task);
    }
}

void task_registry::free_returned() noexcept {
    for (task_header* task = returned_.take_all(); task != nullptr;) {
        task_header* const next = task->next;
        if (task->registry.load(std::memory_order_relaxed) == this) unlink(*task);
        task->operations->dispose(*task);
        task = next;
    }
}

void task_registry::stop_all() noexcept {
    // From here on wakers and cancellers find nobody waiting: there is no shard any more to resume a task.
    for (task_header* task = first_; task != nullptr; task = task->live_next)
        if (task->frame) (void)task->claim();
    waking_section::wait_for_all();
    while (first_ != nullptr) {
        task_header& task = *first_;
        const bool unfinished = static_cast<bool>(task.frame);
        unlink(task);
        if (!unfinished)
            continue; // its handle is somewhere, and may free it from now on; or it is in returned_
        task.operations->abandon(task);
        // Its frame held handles of tasks and functions that may have ended just now, on other threads, and
        // those may be about to wake it.
        waking_section::wait_for_all();
        announce_done(task, task_end::abandoned);
    }
    for (task_header* task = returned_.close(); task != nullptr;) {
        task_header* const next = task->next;
        task->operations->dispose(*task);
        task = next;
    }
}

void announce_done(task_header& task, task_end end) noexcept {
    const std::uintptr_t before = task.join.exchange(join_word::done, std::memory_order_acq_rel);
    // From here on the handle may free the task, unless nobody had one.
    if (before == join_word::running) return;
    if (before == join_word::detached) {
        if (end == task_end::completed) task.operations->insist_on_success(task);
        task_registry::release(task);
    } else if ((before & join_word::foreign_mark) != 0) {
        reinterpret_cast<foreign_waiter*>(before & ~join_word::foreign_mark)->notify();
    } else {
        scheduling::make_runnable(*reinterpret_cast<task_header*>(before));
    }
}

void drop_handle(task_header& task) noexcept {
    std::uintptr_t seen = task.join.load(std::memory_order_acquire);
    while (seen != join_word::done) {
        // Anything else than `running` is our own registration, left behind by an awaiting frame that is being
        // destroyed.
        if (task.join.compare_exchange_weak(seen, join_word::detached, std::memory_order_acq_rel)) return;
    }
    task_registry::release(task);
}

} // namespace spargio::detail
