// A many-producer single-consumer intake of intrusive nodes: how foreign threads and other shards hand a shard
// something that is not a message (R5, R7).
//
// A Treiber stack that is only ever emptied as a whole, so there is no ABA problem; the consumer turns the
// chain round and has the nodes in order of arrival. It can be closed for good; a node that comes too late is
// refused.
#pragma once

#include <spargio/detail/machine/cpu.hpp>

#include <atomic>
#include <cstdint>

namespace spargio::detail {

/// Node must have a member `Node* next` that belongs to the intake while the node is in it.
template <class Node>
class intake {
public:
    /// Puts a node. False when closed; the node is then still the caller's. Any thread. Sequentially
    /// consistent: the caller goes on to ask whether the consumer sleeps.
    [[nodiscard]] bool push(Node& node) noexcept {
        Node* head = head_.load(std::memory_order_relaxed);
        do {
            if (head == closed_mark()) return false;
            node.next = head;
        } while (
            !head_.compare_exchange_weak(head, &node, std::memory_order_seq_cst, std::memory_order_relaxed));
        return true;
    }

    /// push() that counts, for an owner that wants to know how many are here: see put_so_far(). Cost: one more
    /// atomic operation, on the same cache line.
    [[nodiscard]] bool push_counted(Node& node) noexcept {
        put_.fetch_add(1, std::memory_order_relaxed); // first: nobody takes more than were put
        if (push(node)) return true;
        put_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }

    /// How many were ever put by push_counted(), or are about to be. Any thread; a guess.
    [[nodiscard]] std::uint64_t put_so_far() const noexcept { return put_.load(std::memory_order_relaxed); }

    /// All nodes in order of arrival, as a chain through `next`; null when there are none. Consumer only.
    [[nodiscard]] Node* take_all() noexcept {
        if (head_.load(std::memory_order_relaxed) == nullptr) return nullptr;
        return in_order(head_.exchange(nullptr, std::memory_order_acquire));
    }

    /// Takes all and refuses every later push. Consumer only, once.
    [[nodiscard]] Node* close() noexcept {
        return in_order(head_.exchange(closed_mark(), std::memory_order_acq_rel));
    }

    /// Makes a closed intake usable again. Only while nobody can push.
    void reopen() noexcept { head_.store(nullptr, std::memory_order_release); }

    [[nodiscard]] bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == nullptr; }
    [[nodiscard]] bool empty_before_sleep() const noexcept {
        return head_.load(std::memory_order_seq_cst) == nullptr;
    }

private:
    static Node* closed_mark() noexcept { return reinterpret_cast<Node*>(std::uintptr_t{1}); }

    static Node* in_order(Node* newest) noexcept {
        Node* oldest = nullptr;
        while (newest != nullptr && newest != closed_mark()) {
            Node* const older = newest->next;
            newest->next = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }

    alignas(cache_line_bytes) std::atomic<Node*> head_{nullptr};
    std::atomic<std::uint64_t> put_{0};
};

} // namespace spargio::detail
