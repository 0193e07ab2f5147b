// Joining by counting, for backends whose library has tasks but no join, or joins faster without waiting:
// the worker that finishes the last part of a call goes on with the call above it.
#pragma once

#include <atomic>
#include <cstdint>

namespace bench {

/// A call that waits for its parts. Made with `new` for a call; `finish` deletes it. The one above all others
/// has no parent and belongs to the code that made it.
class counted_join {
public:
    counted_join(counted_join* parent, std::uint64_t parts) : parent_(parent), open_(parts) {}

    /// Takes the result of one part of `node`. The last one hands the sum on to the call above, and so upwards.
    /// True when that was the last part of the whole tree. Any thread; two atomic operations a part.
    static bool finish(counted_join* node, std::uint64_t value) {
        for (;;) {
            node->sum_.fetch_add(value, std::memory_order_relaxed);
            if (node->open_.fetch_sub(1, std::memory_order_acq_rel) != 1) return false;
            counted_join* const parent = node->parent_;
            if (parent == nullptr) return true;
            value = node->sum();
            delete node;
            node = parent;
        }
    }

    /// Of all parts; once they are done.
    [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
    counted_join* parent_;
    std::atomic<std::uint64_t> sum_{0};
    std::atomic<std::uint64_t> open_;
};

} // namespace bench
