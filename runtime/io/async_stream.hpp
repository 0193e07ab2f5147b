// io::async_reader and io::async_writer: what the algorithms of runtime/io ask of a stream (R44).
// net::tcp_stream and net::unix_stream fit, as does anything with the same functions, such as a stream above
// another one.
#pragma once

#include <spargio/core/io_result.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <sys/uio.h>

namespace spargio::io {

namespace detail {

template <class Awaitable>
decltype(auto) awaiter_of(Awaitable&& awaitable) {
    if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); })
        return std::forward<Awaitable>(awaitable).operator co_await();
    else
        return std::forward<Awaitable>(awaitable);
}

/// What co_await of it gives.
template <class Awaitable>
using awaited = decltype(io::detail::awaiter_of(std::declval<Awaitable>()).await_resume());

} // namespace detail

/// `read_some(into)` waits for bytes and gives how many came, at least 1; 0 at the end of the stream, and for
/// an empty buffer. Borrows the buffer until awaited. A cancelled one has taken nothing.
template <class Reader>
concept async_reader = requires(Reader& from, std::span<std::byte> into) {
    requires std::same_as<detail::awaited<decltype(from.read_some(into))>, io_result<std::size_t>>;
};

/// `write_some(from)` waits for room and gives how many bytes were taken, at least 1 of a buffer that is not
/// empty. Borrows the buffer until awaited. A cancelled one has written nothing.
template <class Writer>
concept async_writer = requires(Writer& to, std::span<const std::byte> from) {
    requires std::same_as<detail::awaited<decltype(to.write_some(from))>, io_result<std::size_t>>;
};

/// Also from several buffers, one after the other, by one call.
template <class Writer>
concept vectored_writer = async_writer<Writer> && requires(Writer& to, std::span<const iovec> parts) {
    requires std::same_as<detail::awaited<decltype(to.write_some(parts))>, io_result<std::size_t>>;
};

template <class Stream>
concept async_stream = async_reader<Stream> && async_writer<Stream>;

/// One that can end what it writes, so that the other side reads to an end: `end_writing()`.
template <class Stream>
concept half_closing_stream = async_stream<Stream> && requires(Stream& of) {
    requires std::same_as<detail::awaited<decltype(of.end_writing())>, io_result<void>>;
};

} // namespace spargio::io
