// The direct messages that come to one shard (R19), source by source.
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/lanes/direct_link.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spargio::detail {

/// Made when the first direct message is sent to the shard, and a link with the first of each source.
class direct_inbox {
public:
    explicit direct_inbox(std::size_t sources) : links_(sources) {}
    ~direct_inbox() {
        for (auto& incoming : links_) delete incoming.load(std::memory_order_relaxed);
    }
    direct_inbox(const direct_inbox&) = delete;
    direct_inbox& operator=(const direct_inbox&) = delete;

    /// The link from `source`. That source's thread only. Throws std::bad_alloc.
    [[nodiscard]] direct_link& from(std::size_t source) {
        if (direct_link* const made = used_from(source)) return *made;
        auto* const made = new direct_link;
        links_[source].store(made, std::memory_order_seq_cst);
        return *made;
    }
    /// The same if it was ever used, else null.
    [[nodiscard]] direct_link* used_from(std::size_t source) const noexcept {
        return links_[source].load(std::memory_order_relaxed);
    }

    // --- owner
    // ------------------------------------------------------------------------------------------------

    /// A message has come through the kernel. What no shard of ours has sent is dropped. Owner only.
    void arrived(std::size_t source, std::uint32_t slot, const message& carried) noexcept {
        if (source >= links_.size()) return;
        if (direct_link* const incoming = links_[source].load(std::memory_order_acquire))
            incoming->arrived(slot, carried);
    }

    /// Takes one message, of each source in turn. Owner only.
    bool take(event& into) noexcept {
        for (std::size_t tried = 0; tried < links_.size(); ++tried) {
            const std::size_t source = next_;
            next_ = next_ + 1 == links_.size() ? 0 : next_ + 1;
            direct_link* const incoming = links_[source].load(std::memory_order_acquire);
            message taken;
            if (incoming == nullptr || !incoming->take(taken)) continue;
            into = {static_cast<std::uint32_t>(source), taken.tag, taken.value};
            return true;
        }
        return false;
    }

    [[nodiscard]] bool empty() const noexcept {
        for (const auto& each : links_) {
            const direct_link* const incoming = each.load(std::memory_order_acquire);
            if (incoming != nullptr && !incoming->empty()) return false;
        }
        return true;
    }
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        for (const auto& each : links_) {
            const direct_link* const incoming = each.load(std::memory_order_seq_cst);
            if (incoming != nullptr && !incoming->empty_before_sleep()) return false;
        }
        return true;
    }

    /// How many were ever taken. Any thread.
    [[nodiscard]] std::uint64_t taken_so_far() const noexcept {
        std::uint64_t all = 0;
        for (const auto& each : links_)
            if (const direct_link* const incoming = each.load(std::memory_order_acquire))
                all += incoming->taken_so_far();
        return all;
    }

    /// How many are on their way or wait to be taken. Any thread; a guess.
    [[nodiscard]] std::uint64_t waiting() const noexcept {
        std::uint64_t all = 0;
        for (const auto& each : links_)
            if (const direct_link* const incoming = each.load(std::memory_order_acquire))
                all += incoming->waiting();
        return all;
    }

    /// See mailbox::publish_progress(). Owner only.
    template <class Wake>
    void publish_progress(Wake&& wake) noexcept {
        for (std::size_t source = 0; source < links_.size(); ++source) {
            direct_link* const incoming = links_[source].load(std::memory_order_acquire);
            if (incoming != nullptr && incoming->sender_wants_progress()) wake(source);
        }
    }

private:
    std::vector<std::atomic<direct_link*>> links_;
    std::size_t next_ = 0;
};

} // namespace spargio::detail
