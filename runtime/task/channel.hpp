// channel<T>: a bounded queue of values between tasks, wherever they run.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/spin_lock.hpp>
#include <spargio/task/scheduling.hpp>
#include <spargio/task/wait_list.hpp>
#include <spargio/task/waking.hpp>

#include <coroutine>
#include <cstddef>
#include <expected>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace spargio {

/// Many senders, many receivers, in order of arrival. A value goes straight to a waiting receiver when there is
/// one. Any shard may send and receive; close() may be called by any thread. The channel must outlive every
/// task that waits on it. T must be movable without throwing. Cost: one short lock an operation, and a wake
/// when somebody waits.
template <class T>
class channel {
    static_assert(std::is_nothrow_move_constructible_v<T>, "channel<T> moves values under a lock");

public:
    /// At most `capacity` values wait in the channel (at least one).
    explicit channel(std::size_t capacity) : slots_(capacity == 0 ? 1 : capacity) {}
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    class send_awaiter : wait_node {
    public:
        send_awaiter(channel& into, T&& value) noexcept : channel_(into), value_(std::move(value)) {}
        send_awaiter(const send_awaiter&) = delete;
        send_awaiter& operator=(const send_awaiter&) = delete;
        ~send_awaiter() { channel_.forget(channel_.senders_, *this); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return channel_.start_send(*this, caller);
        }
        [[nodiscard]] status await_resume() noexcept {
            channel_.forget(channel_.senders_, *this);
            return this->outcome();
        }

    private:
        friend channel;
        channel& channel_;
        T value_;
    };

    class receive_awaiter : wait_node {
    public:
        explicit receive_awaiter(channel& from) noexcept : channel_(from) {}
        receive_awaiter(const receive_awaiter&) = delete;
        receive_awaiter& operator=(const receive_awaiter&) = delete;
        ~receive_awaiter() { channel_.forget(channel_.receivers_, *this); }

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            return channel_.start_receive(*this, caller);
        }
        [[nodiscard]] std::expected<T, errc> await_resume() noexcept {
            channel_.forget(channel_.receivers_, *this);
            if (const status how = this->outcome(); !how) return std::unexpected(how.error());
            return std::move(*value_);
        }

    private:
        friend channel;
        channel& channel_;
        std::optional<T> value_;
    };

    /// Puts a value, waiting for room. `closed` or `canceled`: the value was not taken by anybody.
    [[nodiscard]] send_awaiter send(T value) noexcept { return send_awaiter(*this, std::move(value)); }

    /// Takes the oldest value, waiting for one. `closed` once the channel is closed and empty; `canceled`:
    /// nothing was taken.
    [[nodiscard]] receive_awaiter receive() noexcept { return receive_awaiter(*this); }

    /// Puts a value if there is room or a receiver waits, and only then moves from it. `overloaded`: the
    /// channel is full; `closed`. Never waits. Any thread.
    [[nodiscard]] status try_send(T& value) noexcept {
        const waking_section on_the_way;
        const std::lock_guard hold(lock_);
        if (closed_) return std::unexpected(errc::closed);
        if (auto* const receiver = static_cast<receive_awaiter*>(receivers_.claim_first())) {
            receiver->value_.emplace(std::move(value));
            receiver->finish();
        } else if (count_ < slots_.size()) {
            put(std::move(value));
        } else {
            return std::unexpected(errc::overloaded);
        }
        return {};
    }

    /// Takes the oldest value if there is one. `would_block`: the channel is empty; `closed`: and will stay so.
    /// Never waits. Threads as try_send().
    [[nodiscard]] std::expected<T, errc> try_receive() noexcept {
        const waking_section on_the_way;
        const std::lock_guard hold(lock_);
        if (count_ == 0) return std::unexpected(closed_ ? errc::closed : errc::would_block);
        return take();
    }

    /// No more values: waiting and later senders get `closed`, receivers what is left and then `closed`.
    /// Idempotent.
    void close() noexcept {
        const waking_section on_the_way;
        const std::lock_guard hold(lock_);
        closed_ = true;
        while (wait_node* const sender = senders_.claim_first()) sender->finish(errc::closed);
        while (wait_node* const receiver = receivers_.claim_first()) receiver->finish(errc::closed);
    }

private:
    bool start_send(send_awaiter& sender, std::coroutine_handle<> caller) noexcept {
        const std::lock_guard hold(lock_);
        if (closed_) return sender.decide(errc::closed);
        if (auto* const receiver = static_cast<receive_awaiter*>(receivers_.claim_first())) {
            receiver->value_.emplace(std::move(sender.value_));
            receiver->finish();
            return sender.decide();
        }
        if (count_ < slots_.size()) {
            put(std::move(sender.value_));
            return sender.decide();
        }
        return senders_.wait(sender, caller);
    }

    bool start_receive(receive_awaiter& receiver, std::coroutine_handle<> caller) noexcept {
        const std::lock_guard hold(lock_);
        if (count_ != 0) {
            receiver.value_.emplace(take());
            return receiver.decide();
        }
        if (closed_) return receiver.decide(errc::closed);
        return receivers_.wait(receiver, caller);
    }

    /// Under the lock, when there is a value: the oldest, and its place goes to the sender that has waited
    /// longest.
    [[nodiscard]] T take() noexcept {
        T oldest = std::move(*slots_[first_]);
        slots_[first_].reset();
        first_ = first_ + 1 == slots_.size() ? 0 : first_ + 1;
        --count_;
        if (auto* const sender = static_cast<send_awaiter*>(senders_.claim_first())) {
            put(std::move(sender->value_));
            sender->finish();
        }
        return oldest;
    }

    /// Under the lock, when there is room.
    void put(T&& value) noexcept {
        const std::size_t last = first_ + count_;
        slots_[last < slots_.size() ? last : last - slots_.size()].emplace(std::move(value));
        ++count_;
    }

    /// Takes a node out of its list if it is still there: after a cancellation, or when a waiting frame is
    /// destroyed.
    void forget(wait_list& list, wait_node& node) noexcept {
        if (!node.listed()) return;
        const std::lock_guard hold(lock_);
        list.remove(node);
    }

    spin_lock lock_;
    bool closed_ = false;
    std::vector<std::optional<T>> slots_; // a ring: count_ values from first_ on
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    wait_list senders_;
    wait_list receivers_;
};

} // namespace spargio
