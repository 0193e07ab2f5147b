// The sums of coalesced tags that end at one shard (R22).
#pragma once

#include <spargio/core/tag_set.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/lanes/hot_sum.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace spargio::detail {

/// A row of sums for each source, made when that source first may send; one more for all threads outside.
class hot_counters {
public:
    hot_counters(std::size_t sources, const tag_set& tags)
        : tags_(tags), rows_(tags.empty() ? 0 : sources),
          outside_(tags.empty() ? nullptr : new hot_sum[tags.size()]),
          waiters_(tags.empty() ? nullptr : new wait_list[tags.size()]) {}
    ~hot_counters() {
        for (auto& row : rows_) delete[] row.load(std::memory_order_relaxed);
    }
    hot_counters(const hot_counters&) = delete;
    hot_counters& operator=(const hot_counters&) = delete;

    [[nodiscard]] std::optional<std::size_t> index_of(std::uint32_t tag) const noexcept {
        return tags_.index_of(tag);
    }

    // --- sources --------------------------------------------------------------------------------------------

    /// Makes the row of `source` if there is none. That source's thread only. Throws std::bad_alloc.
    void open(std::size_t source) {
        if (tags_.empty() || rows_[source].load(std::memory_order_relaxed) != nullptr) return;
        rows_[source].store(new hot_sum[tags_.size()], std::memory_order_seq_cst);
    }
    /// The sum of the tag at `index`, once opened. That source's thread only.
    [[nodiscard]] hot_sum& from(std::size_t source, std::size_t index) noexcept {
        return rows_[source].load(std::memory_order_relaxed)[index];
    }
    /// The sum for threads that are no shards. Any thread.
    [[nodiscard]] hot_sum& from_outside(std::size_t index) noexcept { return outside_[index]; }

    // --- owner ----------------------------------------------------------------------------------------------

    /// Takes the sum over all sources. Cost: a look at a cache line for each source that ever sent.
    [[nodiscard]] std::uint64_t take(std::size_t index) noexcept {
        std::uint64_t all = outside_[index].take();
        for (const auto& row : rows_)
            if (hot_sum* const sums = row.load(std::memory_order_acquire)) all += sums[index].take();
        return all;
    }

    [[nodiscard]] wait_list& waiters(std::size_t index) noexcept { return waiters_[index]; }
    /// Owner: how many tasks may be in the lists; saves looking at them.
    void note_waiter() noexcept { maybe_waiting_ = true; }

    /// Gives sums to the tasks that wait for them; whether there were any.
    bool deliver() noexcept {
        if (!maybe_waiting_) return false;
        maybe_waiting_ = false;
        bool any = false;
        for (std::size_t index = 0; index < tags_.size(); ++index) {
            if (waiters_[index].empty()) continue;
            if (any_of(index, &hot_sum::empty))
                if (auto* const waiter = static_cast<hot_count_wait*>(waiters_[index].claim_first())) {
                    waiter->received = take(index);
                    waiter->finish();
                    any = true;
                }
            if (!waiters_[index].empty()) maybe_waiting_ = true;
        }
        return any;
    }

    /// Whether a task waits for a sum that is there.
    [[nodiscard]] bool has_served() const noexcept { return any_waited_for(&hot_sum::empty); }
    [[nodiscard]] bool work_before_sleep() const noexcept {
        return any_waited_for(&hot_sum::empty_before_sleep);
    }

    void close_waits() noexcept {
        for (std::size_t index = 0; index < tags_.size(); ++index)
            while (wait_node* const waiter = waiters_[index].claim_first()) waiter->finish(errc::closed);
    }

private:
    using question = bool (hot_sum::*)() const noexcept;

    [[nodiscard]] bool any_waited_for(question is_empty) const noexcept {
        if (!maybe_waiting_) return false;
        for (std::size_t index = 0; index < tags_.size(); ++index)
            if (!waiters_[index].empty() && any_of(index, is_empty)) return true;
        return false;
    }

    /// Whether any source has a sum.
    [[nodiscard]] bool any_of(std::size_t index, question is_empty) const noexcept {
        if (!(outside_[index].*is_empty)()) return true;
        for (const auto& row : rows_) {
            const hot_sum* const sums = row.load(std::memory_order_seq_cst);
            if (sums != nullptr && !(sums[index].*is_empty)()) return true;
        }
        return false;
    }

    const tag_set tags_;
    std::vector<std::atomic<hot_sum*>> rows_;
    std::unique_ptr<hot_sum[]> outside_;
    std::unique_ptr<wait_list[]> waiters_;
    bool maybe_waiting_ = false;
};

} // namespace spargio::detail
