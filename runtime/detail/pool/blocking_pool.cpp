#include <spargio/detail/pool/blocking_pool.hpp>

#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/pool/blocked_signals.hpp>
#include <spargio/detail/sched/task_registry.hpp>

#include <new>
#include <system_error>
#include <utility>

namespace spargio::detail {

status blocking_pool::submit(job asked) noexcept {
    const std::lock_guard hold(lock_);
    if (closed_) return std::unexpected(errc::closed);
    const bool every_idle_one_is_spoken_for = queue_.size() >= idle_;
    if (every_idle_one_is_spoken_for && workers_.size() == most_threads_ &&
        queue_.size() - idle_ >= queue_bound_) {
        ++counts_.refused;
        return std::unexpected(errc::overloaded);
    }
    try {
        queue_.push_back(asked);
    } catch (const std::bad_alloc&) {
        return std::unexpected(errc::no_resources);
    }
    if (every_idle_one_is_spoken_for && workers_.size() < most_threads_ && !start_worker() &&
        workers_.empty()) {
        queue_.pop_back();
        return std::unexpected(errc::no_resources);
    }
    unanswered_.fetch_add(1, std::memory_order_seq_cst);
    wanted_.notify_one();
    return {};
}

/// Under the lock. False when the system gives no thread; those that are there will do then.
bool blocking_pool::start_worker() noexcept {
    const blocked_signals during_creation;
    try {
        worker& made = workers_.emplace_back();
        try {
            made.thread = std::thread([pool = shared_from_this(), &made] { pool->work(made); });
        } catch (...) {
            workers_.pop_back();
            return false;
        }
    } catch (const std::bad_alloc&) {
        return false;
    }
    ++counts_.threads_made;
    ++idle_; // until it begins: it will take a function that is queued now
    return true;
}

void blocking_pool::work(worker& self) noexcept {
    cpus_.apply();
    std::unique_lock hold(lock_);
    --idle_;
    for (;;) {
        if (!queue_.empty() && !closed_) { // close() answers what has not begun
            const job next = queue_.front();
            queue_.pop_front();
            self.in_function = true;
            ++counts_.running;
            hold.unlock();
            run(next);
            hold.lock();
            self.in_function = false;
            --counts_.running;
            ++counts_.done;
            continue;
        }
        if (closed_) return; // finish() joins, or has let go of us
        ++idle_;
        const bool called = wanted_.wait_for(hold, idle_time_, [this] { return closed_ || !queue_.empty(); });
        --idle_;
        if (!called) return retire(self, std::move(hold));
    }
}

void blocking_pool::run(job next) noexcept {
    next.run(*next.header);
    {
        // The joiner may belong to a runtime that is stopping.
        const waking_section on_the_way;
        announce_done(*next.header, task_end::completed);
    }
    unanswered_.fetch_sub(1, std::memory_order_seq_cst);
}

/// A thread can't join itself: each that ends joins the one that ended before it.
void blocking_pool::retire(worker& self, std::unique_lock<std::mutex> hold) noexcept {
    std::thread before = std::exchange(retired_, std::move(self.thread));
    workers_.remove_if([&self](const worker& each) { return &each == &self; });
    hold.unlock();
    if (before.joinable()) before.join();
}

void blocking_pool::close() noexcept {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(closed_, true)) return;
    }
    while (const auto never_begun = take_queued()) {
        {
            const waking_section on_the_way;
            never_begun->header->operations->abandon(*never_begun->header);
            announce_done(*never_begun->header, task_end::abandoned);
        }
        unanswered_.fetch_sub(1, std::memory_order_seq_cst);
    }
    const std::lock_guard hold(lock_);
    wanted_.notify_all();
}

std::optional<blocking_pool::job> blocking_pool::take_queued() noexcept {
    const std::lock_guard hold(lock_);
    if (queue_.empty()) return std::nullopt;
    const job next = queue_.front();
    queue_.pop_front();
    return next;
}

void blocking_pool::finish() noexcept {
    // One after the other, without a list of them: a stop must not need memory.
    for (std::thread ending = next_to_join(); ending.joinable(); ending = next_to_join()) ending.join();
}

std::thread blocking_pool::next_to_join() noexcept {
    const std::lock_guard hold(lock_);
    if (retired_.joinable()) return std::move(retired_);
    for (auto& each : workers_) {
        if (!each.thread.joinable()) continue;
        if (!each.in_function) return std::move(each.thread);
        each.thread.detach();
        ++counts_.left_behind;
    }
    return {};
}

blocking_stats blocking_pool::stats() const {
    const std::lock_guard hold(lock_);
    blocking_stats now = counts_;
    now.threads = workers_.size();
    now.queued = queue_.size();
    return now;
}

} // namespace spargio::detail
