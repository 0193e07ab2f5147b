// The buffers into which streams of one shard receive, and what runtime/ops may do with them (R30).
#pragma once

#include <spargio/detail/machine/spin_lock.hpp>
#include <spargio/detail/ring/buffer_ring.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace spargio::detail {

class shard;

class buffer_waiter;

/// Apart from the waiter, whose virtual functions would make a friend's right to its destructor a warning in
/// programs that are compiled with -Wnon-virtual-dtor.
class buffer_waiter_link {
    friend class receive_buffers;
    buffer_waiter* next_ = nullptr;
    bool waits_ = false;
};

/// A stream that needs a buffer when none is left.
class buffer_waiter : public buffer_waiter_link {
public:
    /// One is there again, or there will be none any more. On the shard's thread, outside tasks.
    virtual void buffer_has_come() noexcept = 0;

protected:
    buffer_waiter() = default;
    buffer_waiter(const buffer_waiter&) = delete;
    buffer_waiter& operator=(const buffer_waiter&) = delete;
    ~buffer_waiter() = default;
};

/// The buffers of one shard. They live as long as the runtime's shards, and so longer than every task. Every
/// call is for the shard's thread, if it says nothing else. Each buffer has a note beside it, for the stream
/// that has it: the queues of streams are made of these.
class receive_buffers {
public:
    using number = buffer_ring::number;

    struct note {
        std::uint32_t bytes; ///< filled
        number next;         ///< in its stream's queue
    };

    /// Throws std::bad_alloc.
    receive_buffers(shard& owner, ring& of, std::uint32_t count, std::size_t bytes);

    [[nodiscard]] bool known_to_kernel() const noexcept { return ring_.known_to_kernel(); }
    /// Whether a completion may fill several of them.
    [[nodiscard]] bool come_in_bundles() const noexcept { return bundles_ && known_to_kernel(); }
    /// See buffer_ring.
    [[nodiscard]] number shown_after(number buffer) const noexcept { return ring_.shown_after(buffer); }
    [[nodiscard]] std::uint16_t group() const noexcept { return group_number; }
    [[nodiscard]] std::span<std::byte> memory(number buffer) noexcept { return ring_.memory(buffer); }
    [[nodiscard]] note& note_of(number buffer) noexcept { return notes_[buffer]; }
    [[nodiscard]] std::uint32_t available() const noexcept { return ring_.available(); }

    /// A stream keeps so many more, or fewer, for which nobody has asked yet.
    void are_unread(std::uint32_t count) noexcept { unread_ += count; }
    void are_read(std::uint32_t count) noexcept { unread_ -= count; }

    void taken_by_kernel() noexcept { ring_.taken_by_kernel(); }
    [[nodiscard]] std::optional<number> take() noexcept { return ring_.take(); }
    /// Any thread. On another than the shard's: a lock, and a wake of the shard if it sleeps.
    void give_back(number buffer) noexcept;

    /// Calls the waiter once when a buffer is free, after those that wait already. It may find none all the
    /// same, and wait again.
    void wait(buffer_waiter& waiter) noexcept;
    void forget(buffer_waiter& waiter) noexcept;

    /// For the shard's loop, each turn: takes what other threads have given back, makes up for what is unread
    /// when somebody waits and none is left, and calls as many waiters as there are buffers. Not one for each
    /// buffer that comes: the waiter that is called may have nothing to receive and need none, and then the
    /// next one must have it. Cheap when there is nothing.
    bool serve() noexcept;
    [[nodiscard]] bool must_serve_before_sleep() const noexcept {
        return returned_any_.load(std::memory_order_seq_cst) ||
               (first_ != nullptr && (available() != 0 || may_make_up()));
    }
    /// The runtime stops: each waiter is told.
    void close_waits() noexcept;
    /// Before the ring goes. What comes back later stays where it is.
    void detach() noexcept;

private:
    static constexpr std::uint16_t group_number = 0;

    void put(number buffer) noexcept;
    /// Whether there are spare ones for what streams keep unread, one for one.
    [[nodiscard]] bool may_make_up() const noexcept { return ring_.surplus() < unread_ && ring_.spare() != 0; }
    void make_up() noexcept;
    void take_returned() noexcept;

    shard& owner_;
    buffer_ring ring_;
    std::uint32_t unread_ = 0;
    const bool bundles_;
    bool detached_ = false;
    std::unique_ptr<note[]> notes_;
    buffer_waiter* first_ = nullptr;
    buffer_waiter* last_ = nullptr;

    spin_lock lock_;
    std::vector<number> returned_; // by others, under the lock
    std::atomic<bool> returned_any_{false};
};

} // namespace spargio::detail
