// What can go wrong, as values. Hot paths return std::expected<T, errc>; start-up returns start_error, which
// explains itself.
#pragma once

#include <spargio/detail/machine/language.hpp>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace spargio {

/// Errors of the runtime. Comparing is all that a hot path needs; `to_string` is for people.
enum class errc : std::uint8_t {
    closed = 1,      ///< the other side, or the whole runtime, has stopped
    overloaded,      ///< a bounded queue is full; nothing was taken
    canceled,        ///< this task was asked to stop before the operation had an effect
    invalid_options, ///< runtime_options contradict each other or are out of range
    not_supported,   ///< the kernel lacks what was asked for
    not_permitted,   ///< the kernel has it and forbids it (sysctl, seccomp)
    no_resources,    ///< memory, locked memory, descriptors or threads ran out
    timed_out,       ///< its deadline came first
    would_block,     ///< there is nothing yet, and the operation never waits
    does_not_fit,    ///< the value, or its tag, is one that the operation can't carry; nothing was taken
    ended_early,     ///< the file or the stream ended before all that was asked for had come
};

[[nodiscard]] constexpr std::string_view to_string(errc code) noexcept {
    switch (code) {
    case errc::closed:
        return "closed";
    case errc::overloaded:
        return "overloaded";
    case errc::canceled:
        return "canceled";
    case errc::invalid_options:
        return "invalid options";
    case errc::not_supported:
        return "not supported";
    case errc::not_permitted:
        return "not permitted";
    case errc::no_resources:
        return "no resources";
    case errc::timed_out:
        return "timed out";
    case errc::would_block:
        return "would block";
    case errc::does_not_fit:
        return "does not fit";
    case errc::ended_early:
        return "ended early";
    }
    return "unknown";
}

/// Why a runtime could not start. `message` names the cause and how to lift it; `os_error` is the errno behind
/// it, or 0.
struct start_error {
    errc code;
    int os_error;
    std::string message;
};

/// The result of anything that may fail without a value.
using status = std::expected<void, errc>;

} // namespace spargio
