// Tasks that wait for something, in order of arrival. The owner of the list guards it with a lock, or keeps it
// to one shard.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/task_header.hpp>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <optional>

namespace spargio::detail {

class wait_list;

/// Whether a cancellation of the task ends its wait.
enum class wait_kind : std::uint8_t {
    cancellable,
    deaf, ///< for what must be waited for even when cancelled; it can last as long as others like
};

/// One waiting task: the part of an awaiter that the list links. Lives in the waiting frame.
///
/// Whoever takes a node off the list to wake its task must first claim the task; a task that was cancelled in
/// the meantime is claimed by the canceller, and its own await_resume takes the node off.
class wait_node {
public:
    wait_node() = default;
    wait_node(const wait_node&) = delete;
    wait_node& operator=(const wait_node&) = delete;

    /// The answer is known without waiting; returns false, "don't suspend", for await_suspend.
    bool decide(std::optional<errc> error = {}) noexcept {
        outcome_ = error;
        decided_ = true;
        return false;
    }

    /// Gives a claimed task its answer and makes it runnable. Nothing of the node may be touched afterwards.
    void finish(std::optional<errc> error = {}) noexcept { scheduling::make_runnable(answer(error)); }

    /// finish() for an owner that makes the task runnable in a way of its own.
    [[nodiscard]] task_header& answer(std::optional<errc> error = {}) noexcept {
        decide(error);
        return *task_;
    }

    /// finish() for each of wait_list::claim_all().
    static void finish_all(wait_node* first, std::optional<errc> error = {}) noexcept {
        while (first != nullptr) {
            wait_node* const next = first->next_;
            first->finish(error);
            first = next;
        }
    }

    /// In await_resume, when no longer listed: what finish() or decide() said; `canceled` when nobody did.
    [[nodiscard]] status outcome() const noexcept {
        if (!decided_) return std::unexpected(errc::canceled);
        if (outcome_) return std::unexpected(*outcome_);
        return {};
    }

    /// Suspends the current task without a list, for an owner that keeps the nodes itself. False when it has
    /// been cancelled: don't suspend.
    [[nodiscard]] bool wait_unlisted(std::coroutine_handle<> caller) noexcept {
        decided_ = false; // it may have been awaited before
        task_ = &scheduling::suspend_current(caller);
        return task_->begin_wait();
    }

    /// For such an owner: true for the one caller that may finish() it.
    [[nodiscard]] bool claim() noexcept { return task_->claim(); }

    [[nodiscard]] bool listed() const noexcept { return listed_.load(std::memory_order_acquire); }

private:
    friend wait_list;
    task_header* task_ = nullptr;
    wait_node* previous_ = nullptr;
    wait_node* next_ = nullptr;
    std::optional<errc> outcome_;
    bool decided_ = false;
    std::atomic<bool> listed_{false}; // read without the lock by the node's own task, which no longer races
};

class wait_list {
public:
    wait_list() = default;
    wait_list(const wait_list&) = delete;
    wait_list& operator=(const wait_list&) = delete;
    /// What still waits when the owner goes (a runtime being torn down) must not reach for the list later.
    ~wait_list() {
        while (first_ != nullptr) remove(*first_);
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    /// Enlists the current task and says whether it suspends; a cancelled one does not. The result of
    /// await_suspend.
    bool wait(wait_node& node, std::coroutine_handle<> caller,
              wait_kind kind = wait_kind::cancellable) noexcept {
        prepare(node, caller);
        return enlist(node, kind);
    }

    /// The first half of wait(), for an owner that notes something of the task before others may claim it.
    task_header& prepare(wait_node& node, std::coroutine_handle<> caller) noexcept {
        node.decided_ = false; // it may have been awaited before
        node.task_ = &scheduling::suspend_current(caller);
        return *node.task_;
    }

    /// The second half: says whether the prepared task suspends.
    bool enlist(wait_node& node, wait_kind kind = wait_kind::cancellable) noexcept {
        append(node);
        if (kind == wait_kind::deaf) {
            node.task_->begin_deaf_wait();
            return true;
        }
        if (node.task_->begin_wait()) return true;
        remove(node);
        return false;
    }

    /// Puts a node at the end, without its task starting to wait.
    void append(wait_node& node) noexcept {
        node.previous_ = last_;
        (last_ != nullptr ? last_->next_ : first_) = &node;
        last_ = &node;
        node.listed_.store(true, std::memory_order_release);
    }

    /// The node that has waited longest; null when none waits. Its task may have been cancelled.
    [[nodiscard]] wait_node* first() const noexcept { return first_; }

    /// Takes a listed node off; true when its task could be claimed, false when it was cancelled before.
    bool claim(wait_node& node) noexcept {
        const bool claimed = node.task_->claim();
        remove(node);
        return claimed;
    }

    /// Takes off every task that can be claimed, as a chain for wait_node::finish_all(), oldest first.
    wait_node* claim_all() noexcept {
        wait_node* chain = nullptr;
        wait_node** end = &chain;
        while (wait_node* const node = claim_first()) {
            *end = node;
            end = &node->next_;
        }
        return chain;
    }

    /// Takes off the first task that can be claimed; null when none waits.
    wait_node* claim_first() noexcept {
        while (wait_node* const node = first_)
            if (claim(*node)) return node;
        return nullptr;
    }

    void remove(wait_node& node) noexcept {
        if (!node.listed_.load(std::memory_order_relaxed)) return;
        (node.previous_ != nullptr ? node.previous_->next_ : first_) = node.next_;
        (node.next_ != nullptr ? node.next_->previous_ : last_) = node.previous_;
        node.previous_ = node.next_ = nullptr;
        node.listed_.store(false, std::memory_order_release);
    }

private:
    wait_node* first_ = nullptr;
    wait_node* last_ = nullptr;
};

} // namespace spargio::detail
