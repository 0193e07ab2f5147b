// What the file scenarios ask of a coroutine-capable backend (W2), beside async_runtime. An operation that
// fails ends the scenario by an exception: results are plain values.
#pragma once

#include "workloads/scenarios/async_runtime.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace bench {

/// An open file; awaited on any worker, several at a time. Reads and writes give the bytes transferred.
template <class File>
concept async_file = requires(File& file, std::span<std::byte> into, std::span<const std::byte> from,
                              std::uint64_t offset) {
    file.read_at(into, offset);
    file.write_at(from, offset);
    file.sync();
    file.close();
};

template <class Runtime>
concept file_runtime = async_runtime<Runtime> &&
    requires(Runtime& runtime, int descriptor, const std::string& path) {
    typename Runtime::file;
    requires async_file<typename Runtime::file>;
    /// Owns the descriptor from then on. On any worker.
    { runtime.adopt_file(descriptor) } -> std::same_as<typename Runtime::file>;
    /// Awaited: a new file, open for writing. The paths live until awaited.
    runtime.create_file(path);
    runtime.rename_file(path, path);
    runtime.file_size(path); ///< awaited: bytes
    runtime.remove_file(path);
};

} // namespace bench
