// How a thread that is no shard waits for a task.
#pragma once

#include <condition_variable>
#include <mutex>

namespace spargio::detail {

/// Lives on the waiting thread's stack.
class alignas(8) foreign_waiter {
public:
    void wait() {
        std::unique_lock hold(lock_);
        woken_.wait(hold, [this] { return notified_; });
    }

    void notify() {
        // Under the lock: the waiter may destroy this object as soon as it can take the lock.
        const std::lock_guard hold(lock_);
        notified_ = true;
        woken_.notify_one();
    }

private:
    std::mutex lock_;
    std::condition_variable woken_;
    bool notified_ = false;
};

} // namespace spargio::detail
