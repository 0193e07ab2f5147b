// Buffers that are registered with the ring of one shard, and what operations may do with them (R31).
//
//   registered_buffer   the user's: memory, and the place that the ring of its shard knows it by, if any
//   registered_use      an operation's: while there is one the memory and its place stay
//   registered_home     the shard's: only its thread may change the ring's table, so the last use of a buffer,
//                       wherever it ends, gives it back here
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/return_list.hpp>
#include <spargio/detail/machine/counter.hpp>
#include <spargio/detail/ring/buffer_table.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace spargio::detail {

class shard;
class registered_home;

/// One buffer with the count of its users. Any thread.
class registered_memory : public returned_item {
public:
    registered_memory(const registered_memory&) = delete;
    registered_memory& operator=(const registered_memory&) = delete;

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool is_registered() const noexcept { return place_.has_value(); }
    /// Its place in the table of the ring of the shard that this thread is; none elsewhere, and for a plain
    /// one.
    [[nodiscard]] std::optional<buffer_table::place> place_here() const noexcept;

    void enter() noexcept { uses_.fetch_add(1, std::memory_order_relaxed); }
    void leave() noexcept {
        if (uses_.fetch_sub(1, std::memory_order_acq_rel) == 1) give_back();
    }

private:
    friend registered_home;
    registered_memory(std::shared_ptr<registered_home> home, std::span<std::byte> mapped) noexcept
        : home_(std::move(home)), bytes_(mapped) {}
    ~registered_memory();
    void give_back() noexcept;

    const std::shared_ptr<registered_home> home_;
    const std::span<std::byte> bytes_;
    std::optional<buffer_table::place> place_; // does not change while anybody is at it
    std::atomic<std::uint32_t> uses_{1};
};

/// The registered buffers of one shard. Lives until the last buffer has gone, and so maybe longer than the
/// runtime. For the shard's thread, if a call says nothing else.
class registered_home : public std::enable_shared_from_this<registered_home> {
public:
    /// Throws std::bad_alloc.
    registered_home(shard& owner, ring& of, std::uint32_t places, level& registered, counter& plain)
        : returned_(owner), table_(of, places), registered_(registered), plain_(plain) {}

    /// Makes a buffer with one use, the caller's; see registered_buffer::make().
    [[nodiscard]] io_result<registered_memory*> make(std::size_t bytes) noexcept;
    /// The same on the shard that this thread is; ends the program where it is none. Throws std::bad_alloc at
    /// first use.
    [[nodiscard]] static io_result<registered_memory*> make_here(std::size_t bytes);
    /// Nobody is at it any more. Any thread. On another than the shard's: a lock, and a wake of the shard if it
    /// sleeps.
    void take_back(registered_memory& buffer) noexcept;
    /// Whether it is of the shard that this thread is. Any thread.
    [[nodiscard]] bool is_here() const noexcept { return returned_.is_here(); }

    /// For the shard's loop, each turn: empties the places of what other threads gave back. Cheap when there is
    /// nothing.
    void serve() noexcept;
    [[nodiscard]] bool must_serve_before_sleep() const noexcept { return returned_.any_before_sleep(); }
    /// Before the ring goes. What comes back later is freed where it does.
    void detach() noexcept;

private:
    void put_away(registered_memory& buffer) noexcept;

    return_list returned_;
    buffer_table table_;
    level& registered_; // these two live as long as the shard
    counter& plain_;
};

/// Keeps a buffer, and its place, for as long as it lives. Any thread, one at a time.
class registered_use {
public:
    /// Of null: of none.
    explicit registered_use(registered_memory* of) noexcept : of_(of) {
        if (of_ != nullptr) of_->enter();
    }
    registered_use(registered_use&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    registered_use& operator=(registered_use&&) = delete;
    ~registered_use() {
        if (of_ != nullptr) of_->leave();
    }

    [[nodiscard]] std::optional<buffer_table::place> place_here() const noexcept {
        return of_ == nullptr ? std::nullopt : of_->place_here();
    }

private:
    registered_memory* of_;
};

} // namespace spargio::detail
