// What a task may know of where it runs (R13).
#pragma once

#include <spargio/core/options.hpp>
#include <spargio/run/runtime_handle.hpp>

#include <cstdint>
#include <utility>

namespace spargio {

/// The shard and the runtime that a task ran on when it asked. A value; the handle in it may leave the shard.
class shard_context {
public:
    shard_context(std::uint32_t index, const runtime_options& options, runtime_handle handle) noexcept
        : index_(index), options_(options), handle_(std::move(handle)) {}

    /// The shard's index, from 0.
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    /// Options in effect, with what was left to the machine filled in.
    [[nodiscard]] const runtime_options& options() const noexcept { return options_; }
    /// For foreign threads and callbacks: spawn, stop, counters.
    [[nodiscard]] const runtime_handle& handle() const noexcept { return handle_; }

private:
    std::uint32_t index_;
    runtime_options options_;
    runtime_handle handle_;
};

namespace this_shard {

/// The current shard's context. Called outside a shard it ends the program, with a message. Cost: a copy of the
/// options and one atomic increment; ask once, not in a loop.
[[nodiscard]] shard_context context();

} // namespace this_shard

} // namespace spargio
