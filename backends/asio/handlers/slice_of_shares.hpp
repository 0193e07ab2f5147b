// The end of a slice that workers do apart: the last of them announces it, or the first that fails (W38, W39).
#pragma once

#include "backends/asio/worker_threads.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>

namespace bench::on_asio {

class slice_of_shares {
public:
    /// Starts `share(worker)` on each worker's context and waits until end() was called as often as there are
    /// shares, or fail() once. Throws what failed. After a failure every further slice fails the same.
    template <class Share>
    void run(worker_threads& workers, std::size_t shares, Share share) {
        rethrow();
        left_.store(shares, std::memory_order_relaxed);
        running_slice slice(workers);
        {
            const std::lock_guard lock(mutex_);
            slice_ = &slice;
        }
        for (std::size_t i = 0; i < shares; ++i)
            asio::post(workers.context(i % workers.workers()), [share, i] { share(i); });
        slice.wait();
        rethrow();
    }

    void end() {
        if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) announce(nullptr);
    }
    /// Also between slices.
    void fail(std::exception_ptr why) { announce(std::move(why)); }

private:
    void announce(std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        if (failure && !failure_) failure_ = std::move(failure);
        if (slice_ != nullptr) std::exchange(slice_, nullptr)->announce_end();
    }
    void rethrow() {
        const std::lock_guard lock(mutex_);
        if (failure_) std::rethrow_exception(failure_);
    }

    std::mutex mutex_;
    running_slice* slice_ = nullptr;
    std::exception_ptr failure_;
    alignas(128) std::atomic<std::size_t> left_{0};
};

} // namespace bench::on_asio
