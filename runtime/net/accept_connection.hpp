// Waiting for a connection, answered with a stream.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/net/session_policy.hpp>
#include <spargio/ops/detail/accept_failure.hpp>
#include <spargio/ops/detail/room_pause.hpp>
#include <spargio/ops/operation_on_descriptor.hpp>
#include <spargio/ops/sockets/accept.hpp>
#include <spargio/sync/shared_descriptor.hpp>
#include <spargio/tasks/task.hpp>

#include <expected>
#include <system_error>
#include <utility>

namespace spargio::net {

/// What the listeners' accept() does, on the number that `of` has: what ends one connection is passed over, and
/// a lack of descriptors or memory waited out. Throws std::bad_alloc; a connection that came is closed then.
template <class Stream>
[[nodiscard]] task<io_result<Stream>> accept_connection(shared_descriptor* of, session_policy where) {
    using ops::detail::accept_failure;
    for (;;) {
        auto accepted = co_await operation_on(of, [](int number) { return ops::accept(number); });
        if (accepted) co_return Stream(std::move(*accepted), home_of_session(where));
        const auto failure = ops::detail::accept_failure_of(accepted.error());
        if (failure == accept_failure::of_listener) co_return std::unexpected(accepted.error());
        if (failure == accept_failure::of_connection) continue;
        const auto waited = co_await ops::detail::pause_for_room();
        if (!waited && waited.error() != std::errc::stream_timeout) co_return std::unexpected(waited.error());
    }
}

} // namespace spargio::net
