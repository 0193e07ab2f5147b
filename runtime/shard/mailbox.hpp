// The lanes that end at one shard.
#pragma once

#include <spargio/core/lane.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace spargio {

/// One lane for each source, made when that source first sends: a runtime of n shards has n*n pairs, and most
/// never talk.
class mailbox {
public:
    mailbox(std::size_t sources, std::size_t lane_capacity, wake_order order)
        : lanes_(sources), capacity_(lane_capacity), order_(order) {}
    ~mailbox() {
        for (auto& incoming : lanes_) delete incoming.load(std::memory_order_relaxed);
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

    // --- owner
    // ------------------------------------------------------------------------------------------------

    /// Takes one message; sources take turns after each burst, so none is starved. Owner only.
    bool take(event& into) noexcept {
        // Once more round to where it began: that lane may be the only one with mail, and its burst has just
        // ended.
        for (std::size_t tried = 0; tried <= lanes_.size(); ++tried) {
            message taken;
            lane* const incoming = lanes_[cursor_].load(std::memory_order_acquire);
            if (incoming != nullptr && burst_ < longest_burst && incoming->pop(taken)) {
                into = {static_cast<std::uint32_t>(cursor_), taken.tag, taken.value};
                ++burst_;
                taken_since_publish_ = true;
                return true;
            }
            burst_ = 0;
            cursor_ = cursor_ + 1 == lanes_.size() ? 0 : cursor_ + 1;
        }
        return false;
    }

    /// Takes up to `into.size()` messages, source by source, and says how many. Owner only.
    std::size_t take_many(std::span<event> into) noexcept {
        std::size_t count = 0;
        for (std::size_t tried = 0; tried < lanes_.size() && count < into.size(); ++tried) {
            const auto source = static_cast<std::uint32_t>(cursor_);
            if (lane* const incoming = lanes_[cursor_].load(std::memory_order_acquire))
                incoming->pop_many(into.size() - count, [&](const message& taken) {
                    into[count++] = {source, taken.tag, taken.value};
                });
            burst_ = 0;
            cursor_ = cursor_ + 1 == lanes_.size() ? 0 : cursor_ + 1;
        }
        if (count != 0) taken_since_publish_ = true;
        return count;
    }

    /// How many messages were ever taken. Any thread.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept {
        std::uint64_t all = 0;
        for (const auto& each : lanes_)
            if (const lane* const incoming = each.load(std::memory_order_acquire))
                all += incoming->taken_so_far();
        return all;
    }

    [[nodiscard]] bool has_mail() const noexcept {
        for (const auto& each : lanes_) {
            const lane* const incoming = each.load(std::memory_order_acquire);
            if (incoming != nullptr && !incoming->empty()) return true;
        }
        return false;
    }

    [[nodiscard]] bool has_mail_before_sleep() const noexcept {
        for (const auto& each : lanes_) {
            const lane* const incoming = each.load(std::memory_order_seq_cst);
            if (incoming != nullptr && !incoming->empty_before_sleep()) return true;
        }
        return false;
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
    }

private:
    static constexpr std::size_t longest_burst = 256;

    std::vector<std::atomic<lane*>> lanes_;
    std::size_t capacity_;
    wake_order order_;
    std::size_t cursor_ = 0;
    std::size_t burst_ = 0;
    bool taken_since_publish_ = false;
};

} // namespace spargio
