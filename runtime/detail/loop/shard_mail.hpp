// The messages that come to a shard, plain ones and hot ones, and the tasks that wait for them (R16, R21, R22).
#pragma once

#include <spargio/core/options.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/lanes/event_wait.hpp>
#include <spargio/detail/lanes/hot_inbox.hpp>
#include <spargio/detail/lanes/mailbox.hpp>

#include <cstddef>
#include <cstdint>

namespace spargio::detail {

/// Of one shard, for its thread, if a call says nothing else.
class shard_mail {
public:
    shard_mail(const runtime_options& options, wake_order order)
        : plain_(options.shards, options.lane_capacity, order, options.injection_capacity),
          hot_(options, order) {}

    [[nodiscard]] mailbox& plain() noexcept { return plain_; }
    /// What comes with hot tags.
    [[nodiscard]] hot_inbox& hot() noexcept { return hot_; }
    /// The tasks that wait for a plain message.
    [[nodiscard]] wait_list& waiters() noexcept { return waiters_; }
    /// Whether a task waits for a hot message that is there: a task that takes plain ones then gives way.
    [[nodiscard]] bool hot_goes_first() const noexcept { return hot_.used() && hot_.has_served(); }

    // --- the thread of the source ---

    /// Its lane to here, made when it is first asked for, with what hot tags need. Throws std::bad_alloc.
    [[nodiscard]] lane& from(std::size_t source) {
        if (hot_.used()) hot_.open(source);
        return plain_.from(source);
    }
    /// The same for hot messages, if there are hot tags and it was ever used, else null.
    [[nodiscard]] lane* used_hot_from(std::size_t source) noexcept {
        return hot_.has_lanes() ? hot_.lanes().used_from(source) : nullptr;
    }

    // --- any thread ---

    /// The queue for what threads outside send with this tag. Throws std::bad_alloc.
    [[nodiscard]] injection_queue& from_outside(std::uint32_t tag) {
        return (hot_.is_hot(tag) ? hot_.lanes() : plain_).from_outside();
    }
    /// Makes the threads that wait for room ask whether the runtime stops.
    void wake_outside() noexcept {
        plain_.wake_outside();
        hot_.lanes().wake_outside();
    }
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept {
        return plain_.taken_so_far() + hot_.lanes().taken_so_far();
    }
    /// Not taken yet; a guess.
    [[nodiscard]] std::uint64_t waiting() const noexcept { return plain_.waiting() + hot_.lanes().waiting(); }

    // --- the loop ---

    /// Hands messages to the tasks that wait for them; whether there were any.
    bool deliver() noexcept {
        bool any = false;
        while (!waiters_.empty() && plain_.has_mail()) {
            auto* const waiter = static_cast<event_wait*>(waiters_.claim_first());
            if (waiter == nullptr) break;
            plain_.take(waiter->received);
            waiter->finish();
            any = true;
        }
        if (hot_.used()) [[unlikely]]
            any |= hot_.deliver(); // last, so that its task runs first
        return any;
    }
    /// Whether there is something to deliver, after the shard has said that it sleeps.
    [[nodiscard]] bool work_before_sleep() const noexcept {
        return (!waiters_.empty() && plain_.has_mail_before_sleep()) ||
               (hot_.used() && hot_.work_before_sleep());
    }
    /// After taking messages: lets waiting senders know. `wake(source)` is called for each that wants it.
    template <class Wake>
    void publish_progress(Wake&& wake) noexcept {
        plain_.publish_progress(wake);
        hot_.lanes().publish_progress(wake);
    }
    /// The runtime stops: each wait is told `closed`.
    void close_waits() noexcept {
        while (wait_node* const waiter = waiters_.claim_first()) waiter->finish(errc::closed);
        hot_.close_waits();
    }

private:
    mailbox plain_;
    hot_inbox hot_;
    wait_list waiters_;
};

} // namespace spargio::detail
