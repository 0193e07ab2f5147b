// io::buffered_writer: few large writes for many small ones (R44).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/io/transfer.hpp>
#include <spargio/tasks/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <expected>
#include <memory>
#include <span>

namespace spargio::io {

/// Writes to `to`, which must outlive it. One task at a time. Is an async_writer itself. Nothing but flush()
/// and a full buffer makes it write: what is not flushed when it is destroyed is lost; pending() says how much
/// that is.
template <async_writer Writer>
class buffered_writer {
public:
    /// Allocates the buffer, of at least a byte: throws std::bad_alloc.
    explicit buffered_writer(Writer& to, std::size_t capacity = 8192)
        : to_(&to), capacity_(std::max<std::size_t>(capacity, 1)),
          buffer_(std::make_unique_for_overwrite<std::byte[]>(capacity_)) {}

    /// Copies into the buffer, which is written first where there is no room for all; what is as large as the
    /// buffer goes past it. Gives how many bytes were taken. Errors of the stream, none of the bytes taken
    /// then.
    [[nodiscard]] task<io_result<std::size_t>> write_some(std::span<const std::byte> from) {
        if (from.size() > capacity_ - filled_) {
            auto flushed = co_await flush();
            if (!flushed) co_return std::unexpected(flushed.error());
        }
        if (from.size() >= capacity_) {
            auto count = co_await to_->write_some(from);
            co_return count;
        }
        if (!from.empty()) std::memcpy(buffer_.get() + filled_, from.data(), from.size());
        filled_ += from.size();
        co_return from.size();
    }

    /// Writes what is in the buffer. When it fails or is cancelled, what has not been written stays there.
    [[nodiscard]] task<io_result<void>> flush() {
        if (filled_ == 0) co_return io_result<void>();
        std::size_t done = 0;
        auto written = co_await write_all(*to_, std::span<const std::byte>(buffer_.get(), filled_), &done);
        if (done != filled_) std::memmove(buffer_.get(), buffer_.get() + done, filled_ - done);
        filled_ -= done;
        co_return written;
    }

    /// Bytes that flush() would write.
    [[nodiscard]] std::size_t pending() const noexcept { return filled_; }

private:
    Writer* to_;
    std::size_t capacity_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t filled_ = 0;
};

} // namespace spargio::io
