// The lanes that end at one shard, the queue of what threads outside send it, and its direct messages.
#pragma once

#include <spargio/detail/lanes/direct_inbox.hpp>
#include <spargio/detail/lanes/injection_queue.hpp>
#include <spargio/detail/lanes/lane.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace spargio::detail {

/// One lane for each source, made when that source first sends: a runtime of n shards has n*n pairs, and most
/// never talk.
class mailbox {
public:
    mailbox(std::size_t sources, std::size_t lane_capacity, wake_order order, std::size_t injection_capacity)
        : lanes_(sources), capacity_(lane_capacity), order_(order), injection_capacity_(injection_capacity) {}
    ~mailbox() {
        for (auto& incoming : lanes_) delete incoming.load(std::memory_order_relaxed);
        delete injected_.load(std::memory_order_relaxed);
        delete direct_.load(std::memory_order_relaxed);
    }
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    /// The lane from `source`. That source's thread only.
    [[nodiscard]] lane& from(std::size_t source) {
        if (lane* const made = lanes_[source].load(std::memory_order_relaxed)) return *made;
        auto* const made = new lane(capacity_, order_);
        lanes_[source].store(made, std::memory_order_seq_cst);
        return *made;
    }

    /// The lane from `source` if it was ever used, else null. That source's thread only.
    [[nodiscard]] lane* used_from(std::size_t source) const noexcept {
        return lanes_[source].load(std::memory_order_relaxed);
    }

    /// The queue for threads outside, made when it is first asked for. Any thread. Throws std::bad_alloc.
    [[nodiscard]] injection_queue& from_outside() { return made_once(injected_, injection_capacity_); }
    /// Makes the threads that wait for room ask whether the runtime stops. Any thread, after it does.
    void wake_outside() noexcept {
        if (injection_queue* const injected = injected_.load(std::memory_order_seq_cst))
            injected->wake_waiting();
    }

    /// The direct messages from `source`. That source's thread only. Throws std::bad_alloc.
    [[nodiscard]] direct_link& direct_from(std::size_t source) {
        return made_once(direct_, lanes_.size()).from(source);
    }
    /// The same if there ever were any, else null. That source's thread only.
    [[nodiscard]] direct_link* used_direct_from(std::size_t source) const noexcept {
        const direct_inbox* const direct = direct_.load(std::memory_order_acquire);
        return direct != nullptr ? direct->used_from(source) : nullptr;
    }

    // --- owner ----------------------------------------------------------------------------------------------

    /// Takes one message; sources take turns after each burst, so none is starved. Owner only.
    bool take(event& into) noexcept {
        // Once more round to where it began: that lane may be the only one with mail, and its burst has just
        // ended.
        for (std::size_t tried = 0; tried <= last_place() + 1; ++tried) {
            if (burst_ < longest_burst && pop(into)) {
                ++burst_;
                taken_since_publish_ = true;
                return true;
            }
            next_source();
        }
        return false;
    }

    /// Takes up to `into.size()` messages, source by source, and says how many. Owner only.
    std::size_t take_many(std::span<event> into) noexcept {
        std::size_t count = 0;
        for (std::size_t tried = 0; tried <= last_place() && count < into.size(); ++tried) {
            const auto source = static_cast<std::uint32_t>(cursor_);
            const auto put = [&](const message& taken) { into[count++] = {source, taken.tag, taken.value}; };
            if (cursor_ >= lanes_.size())
                while (count < into.size() && pop(into[count])) ++count;
            else if (lane* const incoming = lanes_[cursor_].load(std::memory_order_acquire))
                incoming->pop_many(into.size() - count, put);
            next_source();
        }
        if (count != 0) taken_since_publish_ = true;
        return count;
    }

    /// A direct message has come through the kernel. Owner only.
    void direct_arrived(std::size_t source, std::uint32_t slot, const message& carried) noexcept {
        if (direct_inbox* const direct = direct_.load(std::memory_order_acquire))
            direct->arrived(source, slot, carried);
    }

    /// How many messages were ever taken. Any thread.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept {
        std::uint64_t all = 0;
        for (const auto& each : lanes_)
            if (const lane* const incoming = each.load(std::memory_order_acquire))
                all += incoming->taken_so_far();
        if (const injection_queue* const injected = injected_.load(std::memory_order_acquire))
            all += injected->taken_so_far();
        if (const direct_inbox* const direct = direct_.load(std::memory_order_acquire))
            all += direct->taken_so_far();
        return all;
    }

    /// How many messages wait to be taken. Any thread; a guess.
    [[nodiscard]] std::uint64_t waiting() const noexcept {
        std::uint64_t all = 0;
        for (const auto& each : lanes_)
            if (const lane* const incoming = each.load(std::memory_order_acquire)) all += incoming->waiting();
        if (const injection_queue* const injected = injected_.load(std::memory_order_acquire))
            all += injected->waiting();
        if (const direct_inbox* const direct = direct_.load(std::memory_order_acquire))
            all += direct->waiting();
        return all;
    }

    [[nodiscard]] bool has_mail() const noexcept {
        for (const auto& each : lanes_) {
            const lane* const incoming = each.load(std::memory_order_acquire);
            if (incoming != nullptr && !incoming->empty()) return true;
        }
        const injection_queue* const injected = injected_.load(std::memory_order_acquire);
        if (injected != nullptr && !injected->empty()) return true;
        const direct_inbox* const direct = direct_.load(std::memory_order_acquire);
        return direct != nullptr && !direct->empty();
    }

    [[nodiscard]] bool has_mail_before_sleep() const noexcept {
        for (const auto& each : lanes_) {
            const lane* const incoming = each.load(std::memory_order_seq_cst);
            if (incoming != nullptr && !incoming->empty_before_sleep()) return true;
        }
        const injection_queue* const injected = injected_.load(std::memory_order_seq_cst);
        if (injected != nullptr && !injected->empty_before_sleep()) return true;
        const direct_inbox* const direct = direct_.load(std::memory_order_seq_cst);
        return direct != nullptr && !direct->empty_before_sleep();
    }

    /// After taking messages: lets waiting senders know. `wake(source)` is called for each that wants it.
    template <class Wake>
    void publish_progress(Wake&& wake) noexcept {
        if (!taken_since_publish_) return;
        taken_since_publish_ = false;
        for (std::size_t source = 0; source < lanes_.size(); ++source) {
            lane* const incoming = lanes_[source].load(std::memory_order_acquire);
            if (incoming != nullptr && incoming->producer_wants_progress()) wake(source);
        }
        if (injection_queue* const injected = injected_.load(std::memory_order_acquire))
            injected->publish_progress();
        if (direct_inbox* const direct = direct_.load(std::memory_order_acquire))
            direct->publish_progress(wake);
    }

private:
    static constexpr std::size_t longest_burst = 256;

    /// Makes what no message needed before, by whichever thread is first. Throws std::bad_alloc.
    template <class T>
    [[nodiscard]] static T& made_once(std::atomic<T*>& place, std::size_t size) {
        if (T* const made = place.load(std::memory_order_acquire)) return *made;
        auto* const mine = new T(size);
        T* made = nullptr;
        if (place.compare_exchange_strong(made, mine, std::memory_order_seq_cst)) return *mine;
        delete mine; // another thread was faster
        return *made;
    }

    /// Behind the lanes comes the outside, and then what is direct, where there ever was any.
    [[nodiscard]] std::size_t last_place() const noexcept {
        return lanes_.size() + (direct_.load(std::memory_order_acquire) != nullptr ? 1 : 0);
    }
    void next_source() noexcept {
        burst_ = 0;
        cursor_ = cursor_ >= last_place() ? 0 : cursor_ + 1;
    }
    bool pop(event& into) noexcept {
        if (cursor_ > lanes_.size()) return direct_.load(std::memory_order_acquire)->take(into);
        message taken;
        if (cursor_ == lanes_.size()) {
            injection_queue* const injected = injected_.load(std::memory_order_acquire);
            if (injected == nullptr || !injected->pop(taken)) return false;
            into = {event::outside, taken.tag, taken.value};
            return true;
        }
        lane* const incoming = lanes_[cursor_].load(std::memory_order_acquire);
        if (incoming == nullptr || !incoming->pop(taken)) return false;
        into = {static_cast<std::uint32_t>(cursor_), taken.tag, taken.value};
        return true;
    }

    std::vector<std::atomic<lane*>> lanes_;
    std::atomic<injection_queue*> injected_{nullptr};
    std::atomic<direct_inbox*> direct_{nullptr};
    std::size_t capacity_;
    wake_order order_;
    std::size_t injection_capacity_;
    std::size_t cursor_ = 0;
    std::size_t burst_ = 0;
    bool taken_since_publish_ = false;
};

} // namespace spargio::detail
