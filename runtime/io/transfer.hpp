// io::read_exact, io::write_all: whole buffers over any stream (R44).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/tasks/task.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <expected>
#include <span>
#include <system_error>

#include <sys/uio.h>

namespace spargio::io {

namespace detail {

/// The parts without their first `count` bytes, and without empty ones at the front.
[[nodiscard]] inline std::span<iovec> without(std::span<iovec> parts, std::size_t count) noexcept {
    while (!parts.empty() && count >= parts.front().iov_len) {
        count -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (count == 0) return parts;
    parts.front().iov_base = static_cast<std::byte*>(parts.front().iov_base) + count;
    parts.front().iov_len -= count;
    return parts;
}

} // namespace detail

/// Fills the whole buffer. `ended_early`: the stream ended before. `done` gets the bytes that were read,
/// whatever the answer. A transfer that fails or is cancelled in the middle has TAKEN those bytes from the
/// stream, and nothing but `done` and the buffer know of them: a caller that goes on with the stream begins
/// behind them. Over a buffered_reader nothing is lost. Borrows all. Cost: a frame beside the reads.
template <async_reader Reader>
[[nodiscard]] task<io_result<void>> read_exact(Reader& from, std::span<std::byte> into,
                                               std::size_t* done = nullptr) {
    std::size_t sum = 0;
    if (done == nullptr) done = &sum;
    for (*done = 0; *done < into.size();) {
        auto count = co_await from.read_some(into.subspan(*done));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return std::unexpected(make_error_code(errc::ended_early));
        *done += *count;
    }
    co_return io_result<void>();
}

/// Writes the whole buffer. `done` gets the bytes that were written, whatever the answer: of a transfer that
/// failed or was cancelled in the middle these are on their way. Borrows all. Cost: a frame beside the writes.
template <async_writer Writer>
[[nodiscard]] task<io_result<void>> write_all(Writer& to, std::span<const std::byte> from,
                                              std::size_t* done = nullptr) {
    std::size_t sum = 0;
    if (done == nullptr) done = &sum;
    for (*done = 0; *done < from.size();) {
        auto count = co_await to.write_some(from.subspan(*done));
        if (!count) co_return std::unexpected(count.error());
        // Of something, and without an error: it would go on for ever.
        if (*count == 0) co_return std::unexpected(std::error_code(EIO, std::system_category()));
        *done += *count;
    }
    co_return io_result<void>();
}

/// Writes all of the parts, one after the other, at most 1,024 in one call; changes the list on its way. `done`
/// as above. Borrows all. Cost: a frame beside the writes.
template <vectored_writer Writer>
[[nodiscard]] task<io_result<void>> write_all(Writer& to, std::span<iovec> parts, std::size_t* done = nullptr) {
    constexpr std::size_t most = 1024;
    std::size_t sum = 0;
    if (done == nullptr) done = &sum;
    *done = 0;
    for (parts = detail::without(parts, 0); !parts.empty();) {
        const std::span<const iovec> now = parts.first(std::min(parts.size(), most));
        auto count = co_await to.write_some(now);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return std::unexpected(std::error_code(EIO, std::system_category()));
        *done += *count;
        parts = detail::without(parts, *count);
    }
    co_return io_result<void>();
}

} // namespace spargio::io
