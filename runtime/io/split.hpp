// io::split: the two directions of a stream as two objects, for two tasks (R44).
#pragma once

#include <spargio/io/async_stream.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace spargio::io {

/// The reading half. The stream lives as long as one of its halves.
template <async_reader Stream>
class read_half {
public:
    explicit read_half(std::shared_ptr<Stream> of) noexcept : of_(std::move(of)) {}
    [[nodiscard]] auto read_some(std::span<std::byte> into) { return of_->read_some(into); }
    /// For options, addresses and closing, which ends both halves.
    [[nodiscard]] Stream& stream() const noexcept { return *of_; }

private:
    std::shared_ptr<Stream> of_;
};

/// The writing half.
template <async_writer Stream>
class write_half {
public:
    explicit write_half(std::shared_ptr<Stream> of) noexcept : of_(std::move(of)) {}
    [[nodiscard]] auto write_some(std::span<const std::byte> from) { return of_->write_some(from); }
    /// Where the stream has it.
    [[nodiscard]] auto end_writing() requires half_closing_stream<Stream> { return of_->end_writing(); }
    [[nodiscard]] Stream& stream() const noexcept { return *of_; }

private:
    std::shared_ptr<Stream> of_;
};

/// Each half is for one task at a time, on any shard. Any thread. Costs an allocation: throws std::bad_alloc.
/// Where the stream outlives both tasks anyway, it needs no splitting: one may read while another writes.
template <async_stream Stream>
[[nodiscard]] std::pair<read_half<Stream>, write_half<Stream>> split(Stream&& whole) {
    static_assert(!std::is_reference_v<Stream>, "the stream moves into its halves");
    auto shared = std::make_shared<Stream>(std::move(whole));
    return {read_half<Stream>(shared), write_half<Stream>(shared)};
}

} // namespace spargio::io
