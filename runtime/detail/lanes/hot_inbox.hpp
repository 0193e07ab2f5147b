// What comes to a shard with hot tags: messages on lanes of their own (R21), and sums (R22).
#pragma once

#include <spargio/core/options.hpp>
#include <spargio/core/tag_set.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/lanes/hot_counters.hpp>
#include <spargio/detail/lanes/mailbox.hpp>

#include <cstddef>
#include <cstdint>

namespace spargio::detail {

/// Plain messages have no part in it, so a flood of them can't stand before a hot one.
class hot_inbox {
public:
    hot_inbox(const runtime_options& options, wake_order order)
        : tags_(options.hot_tags), used_(!options.hot_tags.empty() || !options.coalesced_hot_tags.empty()),
          lanes_(options.hot_tags.empty() ? 0 : options.shards, options.lane_capacity, order,
                 options.injection_capacity),
          counters_(options.shards, options.coalesced_hot_tags) {}
    hot_inbox(const hot_inbox&) = delete;
    hot_inbox& operator=(const hot_inbox&) = delete;

    /// Whether the runtime has any hot tag: what the way of plain messages looks at.
    [[nodiscard]] bool used() const noexcept { return used_; }
    [[nodiscard]] bool is_hot(std::uint32_t tag) const noexcept { return tags_.contains(tag); }
    [[nodiscard]] bool has_lanes() const noexcept { return !tags_.empty(); }

    [[nodiscard]] mailbox& lanes() noexcept { return lanes_; }
    [[nodiscard]] const mailbox& lanes() const noexcept { return lanes_; }
    [[nodiscard]] wait_list& waiters() noexcept { return waiters_; }
    [[nodiscard]] hot_counters& counters() noexcept { return counters_; }

    /// Makes what `source` needs to send here. That source's thread only. Throws std::bad_alloc.
    void open(std::size_t source) {
        if (has_lanes()) static_cast<void>(lanes_.from(source));
        counters_.open(source);
    }

    // --- owner ----------------------------------------------------------------------------------------------

    /// Whether a task waits for a hot message or sum that is there. Such a task goes before those that take
    /// plain ones.
    [[nodiscard]] bool has_served() const noexcept {
        return (!waiters_.empty() && lanes_.has_mail()) || counters_.has_served();
    }

    /// Hands out what is waited for; whether there was any.
    bool deliver() noexcept {
        bool any = counters_.deliver();
        while (!waiters_.empty() && lanes_.has_mail()) {
            auto* const waiter = static_cast<event_wait*>(waiters_.claim_first());
            if (waiter == nullptr) break;
            lanes_.take(waiter->received);
            waiter->finish();
            any = true;
        }
        return any;
    }

    [[nodiscard]] bool work_before_sleep() const noexcept {
        return (!waiters_.empty() && lanes_.has_mail_before_sleep()) || counters_.work_before_sleep();
    }

    void close_waits() noexcept {
        while (wait_node* const waiter = waiters_.claim_first()) waiter->finish(errc::closed);
        counters_.close_waits();
    }

private:
    const tag_set tags_;
    const bool used_;
    mailbox lanes_;
    wait_list waiters_;
    hot_counters counters_;
};

} // namespace spargio::detail
