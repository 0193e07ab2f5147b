// Errors of system calls as the operations give theirs.
#pragma once

#include <expected>
#include <system_error>

namespace spargio::net::detail {

[[nodiscard]] inline std::unexpected<std::error_code> system_failure(int error) noexcept {
    return std::unexpected(std::error_code(error, std::system_category()));
}

} // namespace spargio::net::detail
