// The usual thread pool: one queue of jobs under a mutex, a condition variable for the idle threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bench::plain_threads {

class thread_pool {
public:
    using job = std::function<void()>;

    explicit thread_pool(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) threads_.emplace_back([this] { serve(); });
    }
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    ~thread_pool() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        not_empty_.notify_all();
        for (auto& thread : threads_) thread.join();
    }

    /// Adds one job; it runs on any thread of the pool, or on one that calls `help`.
    void submit(job work) {
        bool wake = false;
        {
            const std::lock_guard lock(mutex_);
            jobs_.push_back(std::move(work));
            wake = idle_ != 0;
        }
        if (wake) not_empty_.notify_one();
    }

    /// Runs queued jobs on the calling thread until none is left.
    void help() {
        std::unique_lock lock(mutex_);
        while (run_one(lock)) {
        }
    }

private:
    bool run_one(std::unique_lock<std::mutex>& lock) {
        if (next_ == jobs_.size()) return false;
        const job work = std::move(jobs_[next_++]);
        if (next_ == jobs_.size()) {
            jobs_.clear();
            next_ = 0;
        }
        lock.unlock();
        work();
        lock.lock();
        return true;
    }

    void serve() {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (run_one(lock)) continue;
            if (ending_) return;
            ++idle_;
            not_empty_.wait(lock);
            --idle_;
        }
    }

    std::mutex mutex_;
    std::condition_variable not_empty_;
    std::vector<job> jobs_; ///< a queue in a vector: taken from next_ on, emptied when the last one is taken
    std::size_t next_ = 0;
    std::size_t idle_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

} // namespace bench::plain_threads
