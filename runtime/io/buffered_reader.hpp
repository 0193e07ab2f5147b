// io::buffered_reader: few large reads for many small ones; lines and other delimited pieces (R44).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/tasks/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace spargio::io {

/// Reads from `from`, which must outlive it. One task at a time. Is an async_reader itself. What is in the
/// buffer when it is destroyed is lost to the stream; buffered() shows it.
///
/// A call that is cancelled, or that the stream fails, has taken nothing: what came meanwhile is in the buffer,
/// for the next call. So a line that a timeout has cut is whole when it is asked for again.
template <async_reader Reader>
class buffered_reader {
public:
    /// Allocates the buffer, of at least a byte: throws std::bad_alloc.
    explicit buffered_reader(Reader& from, std::size_t capacity = 8192)
        : from_(&from), capacity_(std::max<std::size_t>(capacity, 1)),
          buffer_(std::make_unique_for_overwrite<std::byte[]>(capacity_)) {}

    /// Waits until the buffer holds something and shows all of it, to be taken by consume(); empty at the end
    /// of the stream. Valid until the next call of anything else than consume(). Errors of the stream.
    [[nodiscard]] task<io_result<std::span<const std::byte>>> fill() {
        if (begin_ == end_) {
            auto count = co_await read_more();
            if (!count) co_return std::unexpected(count.error());
        }
        co_return buffered();
    }
    /// What is there without waiting.
    [[nodiscard]] std::span<const std::byte> buffered() const noexcept {
        return {buffer_.get() + begin_, end_ - begin_};
    }
    /// Takes `count` bytes out of the buffer, at most what is there.
    void consume(std::size_t count) noexcept { begin_ += std::min(count, end_ - begin_); }
    /// Puts bytes back, in front of what is in the buffer, which grows where they need that: throws
    /// std::bad_alloc.
    void unread(std::span<const std::byte> bytes) {
        if (bytes.size() > begin_) move_to(bytes.size(), bytes.size() + buffered().size());
        begin_ -= bytes.size();
        if (!bytes.empty()) std::memcpy(buffer_.get() + begin_, bytes.data(), bytes.size());
    }

    /// From the buffer; when it is empty, waits for bytes: into `into` itself where that is at least as large.
    [[nodiscard]] task<io_result<std::size_t>> read_some(std::span<std::byte> into) {
        if (into.empty()) co_return std::size_t{0};
        if (begin_ == end_ && into.size() >= capacity_) {
            auto count = co_await from_->read_some(into);
            co_return count;
        }
        auto there = co_await fill();
        if (!there) co_return std::unexpected(there.error());
        const std::size_t count = std::min(into.size(), there->size());
        if (count != 0) std::memcpy(into.data(), there->data(), count);
        consume(count);
        co_return count;
    }

    /// Appends to `into` up to the first `delimiter`, which is included. Gives the bytes appended; fewer than
    /// to a delimiter only at the end of the stream, 0 when there is nothing left. `does_not_fit`: there is
    /// none among the first `limit` bytes, which were appended. With every other error all stays in the buffer,
    /// which grows with what it must hold, up to twice the limit, and stays as large. Throws std::bad_alloc.
    [[nodiscard]] task<io_result<std::size_t>> read_until(char delimiter, std::string& into,
                                                          std::size_t limit) {
        for (std::size_t searched = 0;;) {
            const std::string_view text(reinterpret_cast<const char*>(buffered().data()), buffered().size());
            const std::size_t found = text.find(delimiter, searched);
            const bool whole = found != std::string_view::npos;
            if (whole ? found >= limit : text.size() >= limit) {
                take(limit, into);
                co_return std::unexpected(make_error_code(errc::does_not_fit));
            }
            std::size_t came = 0;
            if (!whole) {
                auto more = co_await read_more();
                if (!more) co_return std::unexpected(more.error());
                came = *more;
            }
            if (came == 0) { // as much as there will be
                const std::size_t taken = whole ? found + 1 : text.size();
                take(taken, into);
                co_return taken;
            }
            searched = buffered().size() - came;
        }
    }

    /// The next line without its end, which is "\n" or "\r\n"; none at the end of the stream. The last one may
    /// lack its end. `does_not_fit`: longer than `limit` bytes with its end; that many are gone. With every
    /// other error nothing is. Throws std::bad_alloc.
    [[nodiscard]] task<io_result<std::optional<std::string>>> read_line(std::size_t limit = 65536) {
        std::string line;
        auto count = co_await read_until('\n', line, limit);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return std::optional<std::string>();
        if (line.ends_with('\n')) {
            line.pop_back();
            if (line.ends_with('\r')) line.pop_back();
        }
        co_return std::optional<std::string>(std::move(line));
    }

private:
    void take(std::size_t count, std::string& into) {
        into.append(reinterpret_cast<const char*>(buffered().data()), count);
        consume(count);
    }
    /// Behind what is there. Gives how many bytes came; 0 at the end of the stream.
    [[nodiscard]] task<io_result<std::size_t>> read_more() {
        if (begin_ == end_) begin_ = end_ = 0;
        if (capacity_ - end_ < capacity_ / 2) move_to(0, capacity_);
        if (end_ == capacity_) move_to(0, 2 * capacity_);
        auto count = co_await from_->read_some(std::span(buffer_.get() + end_, capacity_ - end_));
        if (count) end_ += *count;
        co_return count;
    }
    /// What is there begins at `position` from now on, in a buffer of at least `capacity`.
    void move_to(std::size_t position, std::size_t capacity) {
        const auto there = buffered();
        std::unique_ptr<std::byte[]> larger;
        if (capacity > capacity_) larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
        std::byte* const to = (larger ? larger.get() : buffer_.get()) + position;
        if (!there.empty()) std::memmove(to, there.data(), there.size());
        begin_ = position;
        end_ = position + there.size();
        if (!larger) return;
        buffer_ = std::move(larger);
        capacity_ = capacity;
    }

    Reader* from_;
    std::size_t capacity_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t begin_ = 0; // what is in the buffer
    std::size_t end_ = 0;
};

/// As read_exact() of any stream; but when it fails or is cancelled nothing is lost: what came stays in the
/// reader, and `done` gets 0. Throws std::bad_alloc then, where the reader's buffer has no room for it.
template <async_reader Reader>
[[nodiscard]] task<io_result<void>> read_exact(buffered_reader<Reader>& from, std::span<std::byte> into,
                                               std::size_t* done = nullptr) {
    std::size_t came = 0;
    std::error_code failed;
    while (!failed && came < into.size()) {
        auto count = co_await from.read_some(into.subspan(came));
        if (!count)
            failed = count.error();
        else if (*count == 0)
            failed = make_error_code(errc::ended_early);
        else
            came += *count;
    }
    if (failed) from.unread(into.first(std::exchange(came, 0)));
    if (done != nullptr) *done = came;
    if (failed) co_return std::unexpected(failed);
    co_return io_result<void>();
}

} // namespace spargio::io
