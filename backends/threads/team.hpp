// The threads of a session that all do the same.
#pragma once

#include "backends/threads/job_thread.hpp"

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>

namespace bench::plain_threads {

class team {
public:
    explicit team(std::size_t size) : threads_(size) {}

    /// Runs job(0) … job(size-1), each on its own thread; throws what one of them threw, when all have ended.
    void run(const std::function<void(std::size_t)>& job) {
        start(job);
        std::exception_ptr failure;
        wait(failure);
        if (failure) std::rethrow_exception(failure);
    }
    /// The same in two halves, for a caller that has something to do meanwhile. The job stays until all have
    /// ended.
    void start(const std::function<void(std::size_t)>& job) {
        for (std::size_t i = 0; i < threads_.size(); ++i) threads_[i].start([&job, i] { job(i); });
    }
    /// Until all have ended. What one of them threw is left in `failure`.
    void wait(std::exception_ptr& failure) {
        for (auto& thread : threads_) {
            try {
                thread.wait();
            } catch (...) {
                failure = std::current_exception();
            }
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }

private:
    std::deque<job_thread> threads_;
};

} // namespace bench::plain_threads
