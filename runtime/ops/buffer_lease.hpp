// A buffer of bytes that have come: what a stream gives (R30).
#pragma once

#include <spargio/detail/doors/buffer_context.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace spargio {

/// Bytes that have come, in a buffer of the shard that received them; the buffer goes back when the lease ends,
/// and until then can't be filled again: a task that keeps many starves the streams of that shard. May be
/// handed to other tasks and shards, one at a time, but must end before the runtime does.
class [[nodiscard]] buffer_lease {
public:
    buffer_lease() noexcept = default; ///< of nothing
    buffer_lease(detail::receive_buffers& from, detail::receive_buffers::number buffer) noexcept
        : from_(&from), buffer_(buffer), bytes_(from.note_of(buffer).bytes) {}
    buffer_lease(buffer_lease&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), buffer_(other.buffer_),
          bytes_(std::exchange(other.bytes_, 0)) {}
    buffer_lease& operator=(buffer_lease&& other) noexcept {
        if (this == &other) return *this;
        reset();
        from_ = std::exchange(other.from_, nullptr);
        buffer_ = other.buffer_;
        bytes_ = std::exchange(other.bytes_, 0);
        return *this;
    }
    ~buffer_lease() { reset(); }

    /// What has come.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return from_ == nullptr ? std::span<const std::byte>{} : from_->memory(buffer_).first(bytes_);
    }
    /// The same, to be changed in place.
    [[nodiscard]] std::span<std::byte> writable_bytes() noexcept {
        return from_ == nullptr ? std::span<std::byte>{} : from_->memory(buffer_).first(bytes_);
    }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
    /// Nothing has come: the stream has ended.
    [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
    /// Gives the buffer back now.
    void reset() noexcept {
        if (from_ != nullptr) std::exchange(from_, nullptr)->give_back(buffer_);
        bytes_ = 0;
    }

private:
    detail::receive_buffers* from_ = nullptr;
    detail::receive_buffers::number buffer_ = 0;
    std::uint32_t bytes_ = 0;
};

} // namespace spargio
