// Several buffers of bytes that have come, in order: what a stream gives when all is taken at once (R30).
#pragma once

#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/ops/buffer_lease.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

namespace spargio {

/// Bytes that have come, in one or more buffers of the shard that received them; as a buffer_lease otherwise,
/// which is one of them: the buffers go back when this ends, and starve the shard's streams until then. May be
/// handed to other tasks and shards, one at a time, but must end before the runtime does. The buffers are
/// chained through the notes beside them, so it allocates nothing and is three words, however many they are.
///
///     for (std::span<const std::byte> each : segments) take(each);
class [[nodiscard]] buffer_segments {
public:
    using number = detail::receive_buffers::number;

    /// Over the bytes of each buffer in turn.
    class iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::span<const std::byte>;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = value_type;

        iterator() noexcept = default;
        iterator(detail::receive_buffers* from, number at, std::uint32_t left) noexcept
            : from_(from), at_(at), left_(left) {}

        [[nodiscard]] value_type operator*() const noexcept {
            return from_->memory(at_).first(from_->note_of(at_).bytes);
        }
        iterator& operator++() noexcept {
            if (--left_ != 0) at_ = from_->note_of(at_).next; // the last one's note says nothing
            return *this;
        }
        iterator operator++(int) noexcept {
            const iterator before = *this;
            ++*this;
            return before;
        }
        /// Of one chain.
        [[nodiscard]] bool operator==(const iterator& other) const noexcept { return left_ == other.left_; }

    private:
        detail::receive_buffers* from_ = nullptr;
        number at_ = 0;
        std::uint32_t left_ = 0;
    };

    buffer_segments() noexcept = default; ///< of nothing
    /// The chain of `count` buffers that begins with `first`, and holds `bytes` in all. Owns them from now on.
    buffer_segments(detail::receive_buffers& from, number first, std::uint32_t count,
                    std::size_t bytes) noexcept
        : from_(&from), bytes_(bytes), count_(count), first_(first) {}
    buffer_segments(buffer_segments&& other) noexcept
        : from_(other.from_), bytes_(std::exchange(other.bytes_, 0)), count_(std::exchange(other.count_, 0)),
          first_(other.first_) {}
    buffer_segments& operator=(buffer_segments&& other) noexcept {
        if (this == &other) return *this;
        reset();
        from_ = other.from_;
        bytes_ = std::exchange(other.bytes_, 0);
        count_ = std::exchange(other.count_, 0);
        first_ = other.first_;
        return *this;
    }
    ~buffer_segments() { reset(); }

    /// Bytes in all of them.
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
    /// How many buffers.
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    /// Nothing has come: the stream has ended.
    [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }

    [[nodiscard]] iterator begin() const noexcept { return {from_, first_, count_}; }
    [[nodiscard]] iterator end() const noexcept { return {}; }

    /// Takes the first buffer out, to be given back by itself; a lease of nothing when none is left.
    [[nodiscard]] buffer_lease take_first() noexcept {
        if (count_ == 0) return {};
        const number buffer = first_;
        if (--count_ != 0) first_ = from_->note_of(buffer).next;
        buffer_lease taken(*from_, buffer);
        bytes_ -= taken.size();
        return taken;
    }
    /// Gives the buffers back now.
    void reset() noexcept {
        while (count_ != 0) take_first().reset();
    }

private:
    detail::receive_buffers* from_ = nullptr;
    std::size_t bytes_ = 0;
    std::uint32_t count_ = 0;
    number first_ = 0;
};

} // namespace spargio
