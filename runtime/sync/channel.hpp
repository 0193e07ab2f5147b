// channel<T>: a bounded queue of values between tasks, wherever they run.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/detail/frames/fits_a_frame.hpp>
#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/frames/wait_list.hpp>
#include <spargio/detail/frames/waking.hpp>
#include <spargio/detail/lanes/gated_ring.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <coroutine>
#include <cstddef>
#include <expected>
#include <optional>
#include <utility>

namespace spargio {

/// Many senders, many receivers, in order of arrival. A value goes straight to a waiting receiver when there is
/// one. Tasks of any shard, and of any runtime, send and receive; what never waits is for any thread. Values
/// belong to the channel until they are received, and what is left is destroyed with it. It must outlive every
/// task that waits on it; the task that has received the last value that is sent, or was told that it is
/// closed, may destroy it. T must be movable without throwing. A task that finds room, or values, for ever
/// gives way to others after 256 of them (R11).
///
/// Cost: one compare-exchange an operation while nobody waits; a short lock and a wake when somebody does.
template <class T>
class channel {
    static_assert(std::is_nothrow_move_constructible_v<T>, "channel<T> moves values under a lock");
    static_assert(detail::fits_a_frame<T>,
                  "a channel's values can't be aligned to more than operator new aligns (16 bytes): send a "
                  "std::unique_ptr to it");

    /// With the shard on which it began to wait: another runtime may stop while a task of it is being woken.
    struct waiting : detail::wait_node {
        const detail::shard* began_on = nullptr;
    };
    struct send_wait : waiting {
        explicit send_wait(T& sent) noexcept : value(sent) {}
        T& value;
    };
    struct receive_wait : waiting {
        explicit receive_wait(std::optional<T>& place) noexcept : into(place) {}
        std::optional<T>& into;
    };

public:
    /// At most `capacity` values wait in the channel (at least one). Allocates room for them; throws
    /// std::bad_alloc.
    explicit channel(std::size_t capacity) : values_(capacity) {}
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    class send_awaiter {
    public:
        send_awaiter(channel& into, T&& value) noexcept : channel_(into), value_(std::move(value)) {}
        send_awaiter(const send_awaiter&) = delete;
        send_awaiter& operator=(const send_awaiter&) = delete;
        ~send_awaiter() {
            if (wait_) channel_.forget(channel_.senders_, *wait_);
        }

        [[nodiscard]] bool await_ready() noexcept {
            if (done_ || wait_) detail::misused("a send is awaited that was awaited before");
            done_ = channel_.values_.try_put(value_);
            return done_ && detail::scheduling::may_go_on();
        }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            if (!done_) {
                if (channel_.start_send(wait_.emplace(value_), caller)) return true;
                return detail::scheduling::suspends_when_ready(caller);
            }
            detail::scheduling::give_way(caller);
            return true;
        }
        [[nodiscard]] status await_resume() noexcept {
            if (done_) [[likely]]
                return {};
            channel_.forget(channel_.senders_, *wait_);
            return wait_->outcome();
        }

    private:
        channel& channel_;
        T value_;
        bool done_ = false;
        std::optional<send_wait> wait_; // made only when there is no room, or somebody else waits
    };

    class receive_awaiter {
    public:
        explicit receive_awaiter(channel& from) noexcept : channel_(from) {}
        receive_awaiter(const receive_awaiter&) = delete;
        receive_awaiter& operator=(const receive_awaiter&) = delete;
        ~receive_awaiter() {
            if (wait_) channel_.forget(channel_.receivers_, *wait_);
        }

        [[nodiscard]] bool await_ready() noexcept {
            done_ = channel_.values_.try_take([this](T&& oldest) { value_.emplace(std::move(oldest)); });
            return done_ && detail::scheduling::may_go_on();
        }
        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> caller) noexcept {
            if (!done_) {
                if (channel_.start_receive(wait_.emplace(value_), caller)) return true;
                return detail::scheduling::suspends_when_ready(caller);
            }
            detail::scheduling::give_way(caller);
            return true;
        }
        [[nodiscard]] std::expected<T, errc> await_resume() noexcept {
            if (!done_) {
                channel_.forget(channel_.receivers_, *wait_);
                if (const status outcome = wait_->outcome(); !outcome) return std::unexpected(outcome.error());
            }
            return std::move(*value_);
        }

    private:
        channel& channel_;
        std::optional<T> value_;
        bool done_ = false;
        std::optional<receive_wait> wait_; // made only when there is no value, or somebody else waits
    };

    /// Puts a value, waiting for room. `closed` or `canceled`: nobody has taken the value, and it is destroyed
    /// with the awaiter; see try_send() to keep it. A task that was asked to stop gets `canceled` where it
    /// would have to wait, and sends where there is room. A stop of the runtime is no answer, see
    /// mutex::lock(). In a task, once: awaiting one a second time ends the program. Allocates nothing.
    [[nodiscard]] send_awaiter send(T value) noexcept { return send_awaiter(*this, std::move(value)); }

    /// Takes the oldest value, waiting for one. `closed` once the channel is closed and empty; `canceled`,
    /// where it would have to wait: nothing was taken. In a task. Otherwise as send().
    [[nodiscard]] receive_awaiter receive() noexcept { return receive_awaiter(*this); }

    /// Puts a value if there is room or a receiver waits, and only then moves from it. `overloaded`: the
    /// channel is full; `closed`. Never waits. Any thread.
    [[nodiscard]] status try_send(T& value) noexcept {
        if (values_.try_put(value)) return {};
        if (values_.surely_full()) return std::unexpected(errc::overloaded);
        return try_send_slowly(value);
    }

    /// Takes the oldest value if there is one. `would_block`: the channel is empty; `closed`: and will stay so.
    /// Never waits. Threads as try_send().
    [[nodiscard]] std::expected<T, errc> try_receive() noexcept {
        std::optional<T> taken;
        if (values_.try_take([&](T&& oldest) { taken.emplace(std::move(oldest)); })) return std::move(*taken);
        if (values_.surely_empty()) return std::unexpected(errc::would_block);
        return try_receive_slowly();
    }

    /// No more values: waiting and later senders get `closed`, receivers what is left and then `closed`.
    /// Idempotent. Any thread. A short lock, and a wake for each waiter.
    void close() noexcept {
        std::optional<detail::waking_section> on_the_way;
        detail::wait_node* senders = nullptr;
        detail::wait_node* receivers = nullptr;
        {
            slow_section slow(*this);
            closed_ = true;
            if (!senders_.empty() || !receivers_.empty()) on_the_way.emplace();
            senders = senders_.claim_all();
            receivers = receivers_.claim_all();
        }
        // Nothing of the channel is touched any more: a task that is told may destroy it.
        detail::wait_node::finish_all(senders, errc::closed);
        detail::wait_node::finish_all(receivers, errc::closed);
    }

private:
    /// While somebody waits, or the channel is closed, everything goes through the lock, and the ring is shut.
    /// The last of some operations in a row that waited for nothing opens it again.
    /// It wakes the task that it has claimed when it has let the lock go: then nothing of the channel is
    /// touched any more, for that task may destroy it.
    class slow_section {
    public:
        explicit slow_section(channel& of) noexcept : channel_(of) {
            of.lock_.lock();
            of.values_.shut();
        }
        ~slow_section() {
            if (channel_.closed_ || !channel_.senders_.empty() || !channel_.receivers_.empty()) {
                channel_.calm_ = 0;
            } else if (++channel_.calm_ == long_enough) {
                channel_.calm_ = 0;
                channel_.values_.open();
            }
            channel_.lock_.unlock();
            if (claimed_ != nullptr) claimed_->finish();
        }
        slow_section(const slow_section&) = delete;
        slow_section& operator=(const slow_section&) = delete;

        /// Takes off the first that can be claimed; null when none waits. At most one in a section.
        template <class Waiting>
        [[nodiscard]] Waiting* claim_first(detail::wait_list& from) noexcept {
            while (auto* const node = static_cast<Waiting*>(from.first())) {
                if (!on_the_way_ && !detail::scheduling::shares_runtime(*node->began_on)) on_the_way_.emplace();
                if (!from.claim(*node)) continue;
                claimed_ = node;
                return node;
            }
            return nullptr;
        }

    private:
        channel& channel_;
        detail::wait_node* claimed_ = nullptr;
        std::optional<detail::waking_section> on_the_way_; // ends when the claimed one has been woken
    };

    // Whatever claims a waiter asks for this thread's shard, and so is never inlined into a coroutine: these
    // two, and the next two, which only await_suspend() calls.
    [[gnu::noinline]] status try_send_slowly(T& value) noexcept {
        slow_section slow(*this);
        if (closed_) return std::unexpected(errc::closed);
        if (!pass_on(value, slow)) return std::unexpected(errc::overloaded);
        return {};
    }

    [[gnu::noinline]] std::expected<T, errc> try_receive_slowly() noexcept {
        slow_section slow(*this);
        if (values_.empty()) return std::unexpected(closed_ ? errc::closed : errc::would_block);
        return take(slow);
    }

    bool start_send(send_wait& sender, std::coroutine_handle<> caller) noexcept {
        slow_section slow(*this);
        if (closed_) return sender.decide(errc::closed);
        if (pass_on(sender.value, slow)) return sender.decide();
        return wait(senders_, sender, caller);
    }

    bool start_receive(receive_wait& receiver, std::coroutine_handle<> caller) noexcept {
        slow_section slow(*this);
        if (!values_.empty()) {
            receiver.into.emplace(take(slow));
            return receiver.decide();
        }
        if (closed_) return receiver.decide(errc::closed);
        return wait(receivers_, receiver, caller);
    }

    /// A waiting task that is cancelled moves on with no lock held, so its shard is noted before it can be.
    static bool wait(detail::wait_list& in, waiting& node, std::coroutine_handle<> caller) noexcept {
        node.began_on = in.prepare(node, caller).home;
        return in.enlist(node);
    }

    /// Gives a value to a waiting receiver, or puts it into the ring, and only then moves from it. Where a
    /// receiver waits the ring is empty, for every sender that comes while one waits comes here.
    bool pass_on(T& value, slow_section& in) noexcept {
        if (auto* const receiver = in.template claim_first<receive_wait>(receivers_)) {
            receiver->into.emplace(std::move(value));
            return true;
        }
        if (values_.full()) return false;
        values_.put(std::move(value));
        return true;
    }

    /// When there is a value: the oldest, and its place goes to the sender that has waited longest.
    [[nodiscard]] T take(slow_section& in) noexcept {
        T oldest = values_.take();
        if (auto* const sender = in.template claim_first<send_wait>(senders_))
            values_.put(std::move(sender->value));
        return oldest;
    }

    /// Takes a node out of its list if it is still there: after a cancellation, or when a waiting frame is
    /// destroyed.
    void forget(detail::wait_list& list, detail::wait_node& node) noexcept {
        if (!node.listed()) return;
        const slow_section slow(*this);
        list.remove(node);
    }

    static constexpr unsigned long_enough = 2;

    detail::gated_ring<T> values_;
    detail::spin_lock lock_;
    bool closed_ = false;
    unsigned calm_ = 0; // operations in the lock since somebody waited
    detail::wait_list senders_;
    detail::wait_list receivers_;
};

} // namespace spargio
