// io::copy, io::copy_bidirectional: from one stream to another (R44).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/core/placement.hpp>
#include <spargio/detail/doors/launching.hpp>
#include <spargio/io/async_stream.hpp>
#include <spargio/io/transfer.hpp>
#include <spargio/tasks/task.hpp>
#include <spargio/tasks/task_group.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

namespace spargio::io {

/// How much copy() reads at once.
inline constexpr std::size_t copy_bytes = std::size_t{64} * 1024;

/// Writes what comes from `from` to `to`, until `from` ends; `to` stays open. Gives the bytes copied; `done`
/// has those that were written also when it fails or is cancelled. Up to 64 KiB more may have been READ then,
/// and are lost to the stream; not where `from` takes them back, as a buffered_reader does (`unread()`).
/// Allocates 64 KiB for as long as it runs: throws std::bad_alloc.
template <async_reader Reader, async_writer Writer>
[[nodiscard]] task<io_result<std::uint64_t>> copy(Reader& from, Writer& to, std::uint64_t* done = nullptr) {
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(copy_bytes);
    const std::span<std::byte> all(buffer.get(), copy_bytes);
    std::uint64_t sum = 0;
    if (done == nullptr) done = &sum;
    *done = 0;
    for (;;) {
        auto count = co_await from.read_some(all);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return *done;
        std::size_t written = 0;
        auto all_written = co_await write_all(to, all.first(*count), &written);
        *done += written;
        if constexpr (requires { from.unread(std::span<const std::byte>()); })
            if (!all_written) from.unread(all.first(*count).subspan(written));
        if (!all_written) co_return std::unexpected(all_written.error());
    }
}

/// What copy_bidirectional() gives.
class copied {
public:
    copied() noexcept = default;
    std::uint64_t first_to_second = 0; ///< bytes written to the second stream
    std::uint64_t second_to_first = 0; ///< bytes written to the first stream
    std::error_code error;             ///< the first that happened; none when both directions came to their end
};

namespace detail {

template <class From, class To>
task<> pump(From& from, To& to, std::uint64_t& done, std::error_code& error) {
    auto end = co_await copy(from, to, &done);
    if (end) {
        auto told = co_await to.end_writing();
        // A peer that has gone away has read all that it wanted.
        if (!told && told.error() != std::errc::not_connected) end = std::unexpected(told.error());
    }
    if (end) co_return;
    if (!error) error = end.error();
    throw end.error(); // so that the group cancels the other direction
}

} // namespace detail

/// Both directions at once, as a proxy does: when one stream ends, the other one is told (end_writing()), and
/// the opposite direction goes on. Ends when both have ended, or with the first error, which ends the other
/// direction too. Cancelled, both are. Runs on this shard, as two more tasks with 64 KiB each: throws
/// std::bad_alloc, and task_stopped when the runtime stops. Streams stay open.
template <half_closing_stream First, half_closing_stream Second>
[[nodiscard]] task<copied> copy_bidirectional(First& first, Second& second) {
    copied result;
    task_group both;
    auto joined = both.join(); // before anything can be left to wait for
    const pinned here{spargio::detail::index_here()};
    std::exception_ptr failure;
    try {
        both.spawn(detail::pump(first, second, result.first_to_second, result.error), here);
        both.spawn(detail::pump(second, first, result.second_to_first, result.error), here);
    } catch (...) {
        failure = std::current_exception();
        both.cancel();
    }
    try {
        co_await std::move(joined);
    } catch (const std::error_code&) { // which result.error has
    }
    if (failure) std::rethrow_exception(failure);
    co_return result;
}

} // namespace spargio::io
