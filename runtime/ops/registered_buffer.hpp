// Buffers that are registered with the ring of one shard, as their owners hold them (R31).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/registered_context.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <cstddef>
#include <expected>
#include <span>
#include <utility>

namespace spargio {

/// A stretch of a registered buffer: what operations take. Borrows the buffer until the operation has been
/// made; the operation itself keeps it. Cheap to copy. Any thread.
class registered_part {
public:
    registered_part() noexcept = default; ///< of none, and empty
    registered_part(detail::registered_memory* of, std::span<std::byte> bytes) noexcept
        : of_(of), bytes_(bytes) {}

    [[nodiscard]] detail::registered_memory* memory() const noexcept { return of_; }
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    /// `count` bytes from `offset` on; past the end ends the program (P15).
    [[nodiscard]] registered_part part(std::size_t offset, std::size_t count) const noexcept {
        if (offset > bytes_.size() || count > bytes_.size() - offset)
            detail::misused("a part of a registered buffer reaches past its end");
        return {of_, bytes_.subspan(offset, count)};
    }

private:
    detail::registered_memory* of_ = nullptr;
    std::span<std::byte> bytes_;
};

/// Memory that the ring of one shard knows (IORING_REGISTER_BUFFERS2, kernel 5.19; io_uring_register(2)):
/// requests of that ring into it and out of it are cheaper, because the kernel has pinned its pages already. On
/// other rings, and where it could not be registered, it is a plain buffer, with the same results.
///
/// Owns the memory. May be moved to other tasks, shards and threads, one at a time. It may be destroyed at any
/// time and on any thread, also during and after the stop of the runtime: what operations have of it they keep
/// until the kernel has done with it, cancelled or not, and only then its shard empties the place, and the
/// memory goes. On another thread than its shard's that takes a lock, and a wake of the shard.
class [[nodiscard]] registered_buffer {
public:
    registered_buffer() noexcept = default; ///< of none, and empty
    registered_buffer(registered_buffer&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    registered_buffer& operator=(registered_buffer&& other) noexcept {
        if (this != &other) {
            reset();
            of_ = std::exchange(other.of_, nullptr);
        }
        return *this;
    }
    ~registered_buffer() { reset(); }

    /// Memory of so many bytes, zeroed, at the beginning of a page, registered with the ring of this shard if
    /// that can be: not when all options.registered_buffers places are taken, when the kernel has no such
    /// table, and when this user may lock no more memory (RLIMIT_MEMLOCK; the rings are charged to the same
    /// limit). is_registered() tells, stats() counts, features() knows the kernel. EINVAL of 0 bytes; ENOMEM
    /// where there is no memory at all. Shards only; throws std::bad_alloc at first use. Costs mmap(2) and a
    /// system call to register it, which pins each page: to be kept and used again.
    [[nodiscard]] static io_result<registered_buffer> make(std::size_t bytes) {
        auto made = detail::registered_home::make_here(bytes);
        if (!made) return std::unexpected(made.error());
        return registered_buffer(*made);
    }

    [[nodiscard]] std::span<std::byte> bytes() const noexcept {
        return of_ == nullptr ? std::span<std::byte>{} : of_->bytes();
    }
    [[nodiscard]] std::size_t size() const noexcept { return bytes().size(); }
    /// Whether its ring knows it.
    [[nodiscard]] bool is_registered() const noexcept { return of_ != nullptr && of_->is_registered(); }

    /// All of it, for operations, as in `file.read_at(buffer, 0)`.
    operator registered_part() const noexcept { return {of_, bytes()}; } // NOLINT: as a vector to a span
    /// `count` bytes of it from `offset` on; past the end ends the program (P15).
    [[nodiscard]] registered_part part(std::size_t offset, std::size_t count) const noexcept {
        return registered_part(*this).part(offset, count);
    }

    /// Gives it back now.
    void reset() noexcept {
        if (detail::registered_memory* const before = std::exchange(of_, nullptr)) before->leave();
    }

private:
    explicit registered_buffer(detail::registered_memory* of) noexcept : of_(of) {}

    detail::registered_memory* of_ = nullptr;
};

} // namespace spargio
