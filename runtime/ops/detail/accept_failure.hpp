// What an error of accept(2) is about: one connection, the room for it, or the listener.
#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace spargio::ops::detail {

enum class accept_failure : std::uint8_t {
    of_connection, ///< which ended before it was accepted; the next one may be there already
    of_room,       ///< descriptors or memory are short, which others will give back
    of_listener,   ///< or of the task, or the runtime: no connection will come
};

/// The kernel hands the errors of a connection through (accept(2), "Error handling").
[[nodiscard]] constexpr accept_failure accept_failure_of(int error) noexcept {
    switch (error) {
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return accept_failure::of_connection;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return accept_failure::of_room;
    default:
        return accept_failure::of_listener;
    }
}

[[nodiscard]] inline accept_failure accept_failure_of(const std::error_code& error) noexcept {
    if (error.category() != std::system_category()) return accept_failure::of_listener;
    return accept_failure_of(error.value());
}

} // namespace spargio::ops::detail
