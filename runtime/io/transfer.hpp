// io::read_exact, io::write_all: whole buffers over any stream (R44).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/task/task.hpp>

#include <cerrno>
#include <cstddef>
#include <expected>
#include <span>
#include <system_error>

namespace spargio::io {

/// Fills the whole buffer. `ended_early`: the stream ended before. `done` gets the bytes that were read,
/// whatever the answer: those of a cancelled transfer are lost to the stream otherwise. Borrows all. Cost: a
/// frame beside the reads.
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

/// Writes the whole buffer. `done` gets the bytes that were written, whatever the answer. Borrows all. Cost: a
/// frame beside the writes.
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

} // namespace spargio::io
