// A thread that is asleep until it is given a job: what keeps a session's two sides warm between slices.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace bench::plain_threads {

class job_thread {
public:
    job_thread() : thread_([this] { serve(); }) {}
    job_thread(const job_thread&) = delete;
    job_thread& operator=(const job_thread&) = delete;
    ~job_thread() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void start(std::function<void()> job) {
        {
            const std::lock_guard lock(mutex_);
            job_ = std::move(job);
        }
        changed_.notify_all();
    }

    /// Waits for the started job; throws what the job threw.
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return job_ == nullptr; });
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    void serve() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return ending_ || job_ != nullptr; });
            if (job_ == nullptr) return;
            lock.unlock();
            std::exception_ptr failure;
            try {
                job_();
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            failure_ = failure;
            job_ = nullptr;
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> job_;
    std::exception_ptr failure_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace bench::plain_threads
