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

namespace spargio::io {

/// Reads from `from`, which must outlive it. One task at a time. Is an async_reader itself. What is in the
/// buffer when it is destroyed is lost to the stream; buffered() shows it.
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
            begin_ = 0;
            end_ = 0;
            auto count = co_await from_->read_some(std::span(buffer_.get(), capacity_));
            if (!count) co_return std::unexpected(count.error());
            end_ = *count;
        }
        co_return buffered();
    }
    /// What is there without waiting.
    [[nodiscard]] std::span<const std::byte> buffered() const noexcept {
        return {buffer_.get() + begin_, end_ - begin_};
    }
    /// Takes `count` bytes out of the buffer, at most what is there.
    void consume(std::size_t count) noexcept { begin_ += std::min(count, end_ - begin_); }

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
    /// to a delimiter only at the end of the stream, 0 when there is nothing left. `does_not_fit`: `limit`
    /// bytes were appended without one. Of a call that fails or is cancelled `into` has what came. Throws
    /// std::bad_alloc.
    [[nodiscard]] task<io_result<std::size_t>> read_until(char delimiter, std::string& into,
                                                          std::size_t limit) {
        std::size_t appended = 0;
        for (;;) {
            auto there = co_await fill();
            if (!there) co_return std::unexpected(there.error());
            if (there->empty()) co_return appended;
            const std::string_view text(reinterpret_cast<const char*>(there->data()), there->size());
            const std::size_t found = text.find(delimiter);
            const std::size_t piece = found == std::string_view::npos ? text.size() : found + 1;
            const std::size_t taken = std::min(piece, limit - appended);
            into.append(text.substr(0, taken));
            consume(taken);
            appended += taken;
            if (found != std::string_view::npos && taken == piece) co_return appended;
            if (appended == limit) co_return std::unexpected(make_error_code(errc::does_not_fit));
        }
    }

    /// The next line without its end, which is "\n" or "\r\n"; none at the end of the stream. The last one may
    /// lack its end. `does_not_fit`: longer than `limit` bytes with its end; that many are gone. Throws
    /// std::bad_alloc.
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
    Reader* from_;
    std::size_t capacity_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t begin_ = 0; // what is in the buffer
    std::size_t end_ = 0;
};

} // namespace spargio::io
