// What scenarios with connections ask of a coroutine-capable backend, beside async_runtime.hpp (W2).
#pragma once

#include "workloads/scenarios/async_runtime.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <sys/uio.h>

namespace bench {

/// A connection to the echo peer, open as long as the session is. Both are awaited; failures throw.
template <class Stream>
concept byte_stream = requires(Stream& stream, std::span<std::byte> into, std::span<iovec> parts) {
    /// Waits for bytes and gives how many came; 0 at the end.
    stream.read_some(into);
    /// Writes all of the parts, by one call of the system where that takes them all. May change the list.
    stream.write_all(parts);
};

template <class Runtime>
concept stream_runtime = async_runtime<Runtime> &&
    requires(Runtime& runtime, std::size_t index, typename Runtime::template task<std::uint64_t>&& task) {
    { runtime.stream(index) } -> byte_stream;
    /// Starts a task that uses this connection, where the runtime likes those best.
    {
        runtime.spawn_for_stream(index, std::move(task))
        } -> std::same_as<typename Runtime::template joiner<std::uint64_t>>;
};

} // namespace bench
