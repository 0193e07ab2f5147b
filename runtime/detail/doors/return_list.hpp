// What a shard alone may put away, given back to it by any thread: the last use of a registered buffer or file
// ends anywhere, and only the ring's own thread may change the ring's tables (R31).
#pragma once

#include <atomic>
#include <mutex>

namespace spargio::detail {

class shard;

/// Something on its way back.
class returned_item {
protected:
    returned_item() noexcept = default;
    ~returned_item() = default;

private:
    friend class return_list;
    returned_item* next_ = nullptr;
};

/// Of one shard, until it closes its ring. For the shard's thread, if a call says nothing else.
class return_list {
public:
    explicit return_list(shard& owner) noexcept : owner_(&owner) {}

    /// Whether this thread is that shard. Any thread.
    [[nodiscard]] bool is_here() const noexcept;

    /// Hands it over, and wakes the shard if it sleeps; false when the shard has closed its ring, and the item
    /// is still the caller's. Any thread; a lock.
    [[nodiscard]] bool give(returned_item& item) noexcept;

    /// Whether take() finds something; cheap. The second one sees all that was given before the shard said that
    /// it sleeps.
    [[nodiscard]] bool any() const noexcept { return any_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool any_before_sleep() const noexcept { return any_.load(std::memory_order_seq_cst); }

    /// Calls `put_away(Item&)`, which may destroy it, with each that has come back.
    template <class Item, class PutAway>
    void take_all(PutAway&& put_away) noexcept {
        if (any()) hand_out<Item>(take(), put_away);
    }
    /// The same for the last time: the ring goes, and nothing is taken back any more.
    template <class Item, class PutAway>
    void close(PutAway&& put_away) noexcept {
        hand_out<Item>(close(), put_away);
    }

private:
    template <class Item, class PutAway>
    static void hand_out(returned_item* first, PutAway& put_away) noexcept {
        while (first != nullptr) {
            returned_item* const next = first->next_;
            put_away(static_cast<Item&>(*first));
            first = next;
        }
    }
    [[nodiscard]] returned_item* take() noexcept;
    [[nodiscard]] returned_item* close() noexcept;

    std::atomic<shard*> owner_; // null from close() on; changed under the lock
    std::mutex lock_;           // the shard is woken under it: until then it must not go
    returned_item* returned_ = nullptr;
    std::atomic<bool> any_{false};
};

} // namespace spargio::detail
