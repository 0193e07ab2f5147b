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
#include <system_error>
#include <utility>
#include <vector>

#include <sys/uio.h>

namespace spargio::io {

/// Over `on`, which must outlive it. One task may read and one write at a time. A frame is two reads of the
/// stream, and one write where it takes several buffers at once, else two: put it over a buffered_reader or a
/// buffered_writer where frames are small.
///
/// A read that failed or was cancelled in the middle has lost nothing: what came of the frame is kept here, and
/// the next read() goes on with it. A write that did has left the other side in the middle of a frame, and
/// nothing can follow: every later write() says EPIPE.
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
        while (header_came_ < header_bytes) {
            auto count = co_await on_->read_some(std::span(header_).subspan(header_came_));
            if (!count) co_return std::unexpected(count.error());
            if (*count == 0 && header_came_ == 0) co_return std::optional<std::vector<std::byte>>();
            if (*count == 0) co_return std::unexpected(make_error_code(errc::ended_early));
            header_came_ += *count;
        }
        std::uint32_t bytes = 0;
        for (const std::byte each : header_) bytes = bytes << 8 | std::to_integer<std::uint32_t>(each);
        if (bytes > limit_) co_return std::unexpected(make_error_code(errc::does_not_fit));
        frame_.resize(bytes);
        while (frame_came_ < bytes) {
            auto count = co_await on_->read_some(std::span(frame_).subspan(frame_came_));
            if (!count) co_return std::unexpected(count.error());
            if (*count == 0) co_return std::unexpected(make_error_code(errc::ended_early));
            frame_came_ += *count;
        }
        header_came_ = frame_came_ = 0;
        co_return std::optional(std::exchange(frame_, {}));
    }

    /// Sends a frame. `does_not_fit`: longer than the limit; nothing was sent. EPIPE: an earlier one was sent
    /// in part. Borrows it.
    [[nodiscard]] task<io_result<void>> write(std::span<const std::byte> frame) requires async_writer<Stream> {
        if (frame.size() > limit_) co_return std::unexpected(make_error_code(errc::does_not_fit));
        if (cut_) co_return std::unexpected(std::make_error_code(std::errc::broken_pipe));
        std::array<std::byte, header_bytes> header{};
        for (std::size_t i = 0; i < header.size(); ++i)
            header[i] = static_cast<std::byte>(frame.size() >> 8 * (header.size() - 1 - i) & 0xff);
        cut_ = true;
        std::size_t sent = 0;
        io_result<void> done;
        if constexpr (vectored_writer<Stream>) {
            std::array<iovec, 2> parts{iovec{header.data(), header.size()},
                                       iovec{const_cast<std::byte*>(frame.data()), frame.size()}};
            done = co_await write_all(*on_, std::span<iovec>(parts), &sent);
        } else {
            done = co_await write_all(*on_, std::span<const std::byte>(header), &sent);
            if (done) done = co_await write_all(*on_, frame);
        }
        cut_ = !done && sent != 0;
        co_return done;
    }

private:
    Stream* on_;
    std::uint32_t limit_;
    std::array<std::byte, header_bytes> header_{}; // what came of the next frame
    std::size_t header_came_ = 0;
    std::vector<std::byte> frame_;
    std::size_t frame_came_ = 0;
    bool cut_ = false; // a frame was sent in part
};

} // namespace spargio::io
