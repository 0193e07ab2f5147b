// Results of system calls as the operations give theirs.
#pragma once

#include <spargio/core/io_result.hpp>

#include <cerrno>
#include <expected>
#include <filesystem>
#include <system_error>

namespace spargio::fs::detail {

[[nodiscard]] inline std::unexpected<std::error_code> system_failure(int error) noexcept {
    return std::unexpected(std::error_code(error, std::system_category()));
}

/// Of a call that answers 0, or -1 and errno.
[[nodiscard]] inline io_result<void> result_of(int answer) noexcept {
    if (answer < 0) return system_failure(errno);
    return {};
}

/// Whether the kernel would see all of it: it stops at the first NUL.
[[nodiscard]] inline bool is_whole(const std::filesystem::path& path) noexcept {
    return path.native().find('\0') == std::filesystem::path::string_type::npos;
}

} // namespace spargio::fs::detail
