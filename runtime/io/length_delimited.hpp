// io::length_delimited: messages over a stream, each behind its length (R44): four bytes, the highest first,
// and as many bytes as they say.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/io/transfer.hpp>
#include <spargio/tasks/task.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

namespace spargio::io {

/// Over `on`, which must outlive it. One task may read and one write at a time. A frame is two reads and two
/// writes of the stream: put it over a buffered_reader or a buffered_writer where frames are small. A transfer
/// that failed or was cancelled in the middle leaves the stream where frames no longer begin: close it then.
template <class Stream>
class length_delimited {
public:
    static constexpr std::size_t header_bytes = 4;

    /// Frames of more than `limit` bytes are neither sent nor taken.
    explicit length_delimited(Stream& on, std::uint32_t limit = std::uint32_t{1} << 20) noexcept
        : on_(&on), limit_(limit) {}

    /// The next frame; none when the stream ends between two frames. `ended_early`: it ended within one.
    /// `does_not_fit`: the other side announced more than the limit, and nothing was allocated for it. Throws
    /// std::bad_alloc.
    [[nodiscard]] task<io_result<std::optional<std::vector<std::byte>>>> read() requires async_reader<Stream> {
        std::array<std::byte, header_bytes> header{};
        std::size_t came = 0;
        auto announced = co_await read_exact(*on_, header, &came);
        if (!announced && came == 0 && announced.error() == make_error_code(errc::ended_early))
            co_return std::optional<std::vector<std::byte>>();
        if (!announced) co_return std::unexpected(announced.error());
        std::uint32_t bytes = 0;
        for (const std::byte each : header) bytes = bytes << 8 | std::to_integer<std::uint32_t>(each);
        if (bytes > limit_) co_return std::unexpected(make_error_code(errc::does_not_fit));
        std::vector<std::byte> frame(bytes);
        auto whole = co_await read_exact(*on_, frame);
        if (!whole) co_return std::unexpected(whole.error());
        co_return std::optional(std::move(frame));
    }

    /// Sends a frame. `does_not_fit`: longer than the limit; nothing was sent. Borrows it.
    [[nodiscard]] task<io_result<void>> write(std::span<const std::byte> frame) requires async_writer<Stream> {
        if (frame.size() > limit_) co_return std::unexpected(make_error_code(errc::does_not_fit));
        std::array<std::byte, header_bytes> header{};
        for (std::size_t i = 0; i < header.size(); ++i)
            header[i] = static_cast<std::byte>(frame.size() >> 8 * (header.size() - 1 - i) & 0xff);
        auto announced = co_await write_all(*on_, header);
        if (!announced) co_return announced;
        auto sent = co_await write_all(*on_, frame);
        co_return sent;
    }

private:
    Stream* on_;
    std::uint32_t limit_;
};

} // namespace spargio::io
