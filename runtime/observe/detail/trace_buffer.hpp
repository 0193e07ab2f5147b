// The newest events of one shard, in memory of fixed size.
#pragma once

#include <spargio/observe/trace.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace spargio::trace::detail {

struct event {
    std::uint64_t time_ns;
    std::uint64_t what;
    kind happened;
};

/// Written by one thread, read by any at any time. A reader copies and then looks how far the writer has come:
/// what may have been overwritten meanwhile is left out. Every word is an atomic, stored with release and
/// loaded with acquire, so a reader that sees a word of a later event also sees that the writer had come that
/// far.
class buffer {
public:
    explicit buffer(std::size_t capacity)
        : capacity_(std::max<std::size_t>(capacity, 1)), slots_(capacity_ + 1),
          words_(std::make_unique<std::atomic<std::uint64_t>[]>(slots_ * words_each)) {}

    void add(const event& one) noexcept {
        const std::uint64_t position = count_.load(std::memory_order_relaxed);
        std::atomic<std::uint64_t>* const slot = &words_[position % slots_ * words_each];
        slot[0].store(one.time_ns, std::memory_order_release);
        slot[1].store(one.what, std::memory_order_release);
        slot[2].store(static_cast<std::uint64_t>(one.happened), std::memory_order_release);
        count_.store(position + 1, std::memory_order_release);
    }

    struct copied {
        std::vector<event> events; ///< oldest first
        std::uint64_t dropped;     ///< older ones that are no longer there
    };
    [[nodiscard]] copied copy() const {
        const std::uint64_t end = count_.load(std::memory_order_acquire);
        const std::uint64_t begin = end > capacity_ ? end - capacity_ : 0;
        copied result{{}, begin};
        result.events.reserve(static_cast<std::size_t>(end - begin));
        for (std::uint64_t position = begin; position < end; ++position) {
            const std::atomic<std::uint64_t>* const slot = &words_[position % slots_ * words_each];
            result.events.push_back({slot[0].load(std::memory_order_acquire),
                                     slot[1].load(std::memory_order_acquire),
                                     static_cast<kind>(slot[2].load(std::memory_order_acquire))});
        }
        // By now the writer may be writing the slot of its next event: what lay a whole round before is spoilt.
        const std::uint64_t now = count_.load(std::memory_order_acquire);
        const std::uint64_t whole = now > capacity_ ? now - capacity_ : 0;
        const std::uint64_t spoilt = std::min<std::uint64_t>(whole - begin, result.events.size());
        result.events.erase(result.events.begin(), result.events.begin() + static_cast<std::ptrdiff_t>(spoilt));
        result.dropped += spoilt;
        return result;
    }

private:
    static constexpr std::size_t words_each = 3;

    const std::size_t capacity_;
    const std::size_t slots_; // one more, so that the one being written is never one of those that count
    std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
    std::atomic<std::uint64_t> count_{0}; // ever added
};

/// One shard's life on one thread.
struct track {
    track(std::size_t capacity, std::uint32_t of_shard, int thread)
        : events(capacity), shard(of_shard), tid(thread) {}
    buffer events;
    const std::uint32_t shard;
    const int tid; ///< gettid(2)
    std::atomic<bool> ended{false};
    std::uint32_t open_tasks = 0; ///< slices begun and not ended; the shard's own
};

/// Every track that is kept, oldest first. Any thread.
[[nodiscard]] std::vector<std::shared_ptr<track>> all_tracks();

} // namespace spargio::trace::detail
