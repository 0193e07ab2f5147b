// The loop of a shard: its turns, and its last ones.
#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/observe/trace.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace spargio::detail {

void shard::run_until_stopped() {
    for (bool done = false; !done;) {
        const bool arrived = gather();
        const bool timed = timers_.expire(queue_);
        thief_.offer_rest(queue_);
        const bool worked = run_tasks() || arrived || timed;
        finish_turn();
        if (core_.stopping())
            done = stop_turn(worked);
        else if (worked)
            end_busy_turn(arrived, timed);
        else if (thief_.steal(queue_))
            idle_.found_loot();
        else
            pass_time();
    }
}

/// What has come from outside this thread, made into runnable tasks. Runs none.
bool shard::gather() noexcept {
    bool any = take_arrivals();
    any |= mail_.deliver();
    any |= progress_.advance(*this);
    any |= tables_.serve();
    return any;
}

bool shard::take_arrivals() noexcept {
    if (arrivals_.empty()) return false;
    set_quiet(false); // before they are taken, see runtime_core::all_quiet()
    arrivals_.take([this](task_header& task) {
        trace::arrives(&task);
        if (task.moves == mobility::stealable) thief_.note_loot(); // once pushed it may be stolen, run and gone
        queue_.push(task);
    });
    return true;
}

bool shard::run_tasks() noexcept {
    std::uint32_t count = 0;
    const std::uint32_t limit = budget_.limit();
    inline_left_ = limit;
    while (count < limit) {
        task_header* const task = queue_.pop();
        if (task == nullptr) break;
        run(*task);
        ++count;
    }
    count == limit ? budget_.used_up() : budget_.ended_early();
    if (count == 0) return false;
    requests_.end_turn(count);
    counters_.tasks_run.add(count + std::exchange(ran_inline_, 0));
    return true;
}

void shard::run(task_header& task) noexcept {
    if (task.operation != nullptr) [[unlikely]] {
        requests_.interrupt(task, timers_);
        return;
    }
    task.home = this;
    current_ = &task;
    trace::task_begins(&task);
    allowance_.renew();
    task.resume_point.resume();
    trace::tasks_end(); // those too that ran inline and have suspended together
    // From here on `task` may be running elsewhere, or be gone; only a finished one is still ours.
    current_ = nullptr;
    if (task_header* const done = std::exchange(finished_, nullptr)) {
        done->operations->complete(*done);
        announce_done(*done, task_end::completed);
    }
}

void shard::finish_turn() noexcept {
    mail_.publish_progress([this](std::size_t source) { wake(core_.at(source)); });
    registry_->free_returned();
    thief_.offer_what_is_left(queue_);
}

void shard::end_busy_turn(bool by_others, bool by_time) noexcept {
    idle_.found_work(by_others, by_time);
    if (idle_.looks_at_ring(requests_.any(), queue_.empty())) look_at_ring();
}

/// One turn while the runtime stops; whether it was the last.
bool shard::stop_turn(bool worked) noexcept {
    if (life_ == shard_life::running) {
        enter(life_, shard_life::stopping);
        close_waits();
        return false;
    }
    look_at_ring();
    set_quiet(!worked && !requests_.any() && queue_.empty());
    if (quiet_ && core_.all_quiet()) return true;
    if (std::chrono::steady_clock::now() >= core_.stop_deadline()) return true;
    if (quiet_) std::this_thread::yield();
    return false;
}

void shard::set_quiet(bool quiet) noexcept {
    if (quiet == quiet_) return;
    quiet_ = quiet;
    quiet ? core_.become_quiet() : core_.become_busy();
}

/// Every wait of a task here answers that the runtime stops.
void shard::close_waits() noexcept {
    mail_.close_waits();
    progress_.close();
    timers_.close();
    requests_.cancel_cancellable();
    tables_.close_waits();
}

} // namespace spargio::detail
