// What scenarios that accept connections ask of a coroutine-capable backend, beside async_runtime.hpp (W2).
#pragma once

#include "workloads/scenarios/async_runtime.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bench {

/// An accepted connection, moved into the task that serves it. All three are awaited; failures throw.
template <class Connection>
concept served_connection = std::movable<Connection> &&
    requires(Connection& connection, std::span<std::byte> into, std::span<const std::byte> from) {
    /// Waits for bytes and gives how many came; 0 at the end.
    connection.read_some(into);
    /// Writes all of it.
    connection.write_all(from);
    connection.close();
};

template <class Runtime>
concept accept_runtime = async_runtime<Runtime> && served_connection<typename Runtime::connection> &&
    requires(Runtime& runtime, std::size_t listener, typename Runtime::template task<std::uint64_t>&& task) {
    /// The connections of a listener: awaiting next() gives one as an optional, none once the session closes.
    /// Made and used by one task, on the worker that the session has chosen.
    runtime.open_door(listener).next();
    /// Starts a task that is not waited for, where the runtime likes the one best that serves the connection
    /// which next() has just given.
    runtime.open_door(listener).serve(std::move(task));
};

} // namespace bench
