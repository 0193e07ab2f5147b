// A queue between two threads as the standard library suggests it: a mutex, a condition variable, a vector.
//
// What makes it a good one: the consumer takes all that is there under one lock and then works from its own
// vector; the producer notifies only a consumer that waits, and after the lock is released, so that the woken
// thread does not run into it; both vectors keep their memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace bench::plain_threads {

/// Any number of producer threads, one consumer thread.
template <class Item>
class queue_of {
public:
    /// Room from the start: in a short run the first allocations of a new thread would show.
    queue_of() {
        arrived_.reserve(64);
        taken_.reserve(64);
    }

    void send(const Item& message) {
        bool wake = false;
        {
            const std::lock_guard lock(mutex_);
            arrived_.push_back(message);
            wake = consumer_waits_;
            consumer_waits_ = false;
        }
        if (wake) not_empty_.notify_one();
    }

    void send_batch(std::span<const Item> batch) {
        bool wake = false;
        {
            const std::lock_guard lock(mutex_);
            arrived_.insert(arrived_.end(), batch.begin(), batch.end());
            wake = consumer_waits_;
            consumer_waits_ = false;
        }
        if (wake) not_empty_.notify_one();
    }

    /// Everything that arrived since the last call, at least one message; valid until the next call.
    std::span<const Item> receive_all() {
        taken_.clear();
        std::unique_lock lock(mutex_);
        while (arrived_.empty()) {
            consumer_waits_ = true;
            not_empty_.wait(lock);
        }
        taken_.swap(arrived_);
        return taken_;
    }

private:
    std::mutex mutex_;
    std::condition_variable not_empty_;
    std::vector<Item> arrived_;
    bool consumer_waits_ = false;
    std::vector<Item> taken_; ///< the consumer's own
};

using message_queue = queue_of<std::uint64_t>;

} // namespace bench::plain_threads
