// The steps of a slice of frames (W30–W36), for backends whose connections call one another: a step is over
// when all that was open in it has been counted off, and the worker that counts off the last begins the next.
#pragma once

#include "workloads/traffic/stream_shape.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>

namespace bench {

/// Of one session. The worker that has just ended a step, or begins the slice, calls begin(), advance() and
/// open(); any worker calls end_some() and fail().
class step_clock {
public:
    explicit step_clock(const stream_shape& shape) : shape_(shape) {}

    void begin(const slice_order& order) noexcept {
        step_ = shape_.steps - 1; // the one before the first
        left_ = order.iterations * shape_.steps + 1;
    }
    [[nodiscard]] std::uint64_t step() const noexcept { return step_; }

    /// Goes on to the next step in which a stream moves. False at the end of the slice.
    [[nodiscard]] bool advance() noexcept {
        do {
            step_ = (step_ + 1) % shape_.steps;
            if (--left_ == 0) return false;
        } while (shape_.busy_streams(step_) == 0);
        return true;
    }
    /// Before the first stream of the step is set going: from the last on the next step may begin elsewhere.
    void open() noexcept {
        open_.store(shape_.busy_streams(step_) + shape_.messages_of(step_), std::memory_order_relaxed);
    }
    /// Streams of the step that are done, or messages of it that are applied. True for the last of them.
    [[nodiscard]] bool end_some(std::uint64_t count) noexcept {
        return open_.fetch_sub(count, std::memory_order_acq_rel) == count;
    }
    /// A stream of the step has failed. What is under way still ends, and no step follows.
    void fail(std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        failure_ = std::move(failure);
        left_ = 1;
    }
    /// After the slice: throws what has failed, once.
    void rethrow_failure() {
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    const stream_shape shape_;
    std::uint64_t step_ = 0;
    std::uint64_t left_ = 0;
    std::mutex mutex_;
    std::exception_ptr failure_;
    alignas(128) std::atomic<std::uint64_t> open_{0};
};

} // namespace bench
