// Which shards of a runtime have left their loop: what a stop waits for, but not for ever (P9).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace spargio::detail {

/// Any thread.
class loop_exits {
public:
    explicit loop_exits(std::size_t shards) : out_(shards, false), missing_(shards) {}
    loop_exits(const loop_exits&) = delete;
    loop_exits& operator=(const loop_exits&) = delete;

    /// Shard `index` runs no tasks any more, or never has. Once for each.
    void leave(std::size_t index) noexcept {
        const std::lock_guard hold(lock_);
        out_[index] = true;
        if (--missing_ == 0) all_out_.notify_all();
    }

    void wait_for_all() noexcept {
        std::unique_lock hold(lock_);
        all_out_.wait(hold, [this] { return missing_ == 0; });
    }

    /// Waits until `deadline`, and then for `patience` more. False when a shard is still missing. The patience
    /// is taken in parts, so that a process that was stopped meanwhile (SIGSTOP) has its shards not blamed for
    /// it.
    [[nodiscard]] bool wait_for_all(std::chrono::steady_clock::time_point deadline,
                                    std::chrono::milliseconds patience) noexcept {
        const auto all = [this] { return missing_ == 0; };
        std::unique_lock hold(lock_);
        if (all_out_.wait_until(hold, deadline, all)) return true;
        for (int part = 0; part < patience_parts; ++part)
            if (all_out_.wait_for(hold, patience / patience_parts, all)) return true;
        return false;
    }

    /// Throws std::bad_alloc.
    [[nodiscard]] std::vector<std::size_t> missing() const {
        std::vector<std::size_t> inside;
        const std::lock_guard hold(lock_);
        for (std::size_t i = 0; i < out_.size(); ++i)
            if (!out_[i]) inside.push_back(i);
        return inside;
    }

private:
    static constexpr int patience_parts = 10;

    mutable std::mutex lock_;
    std::condition_variable all_out_;
    std::vector<bool> out_;
    std::size_t missing_;
};

} // namespace spargio::detail
