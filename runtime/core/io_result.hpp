// The results of requests to the kernel: a value, or what the kernel said, or why the request was cut short.
#pragma once

#include <spargio/core/errc.hpp>

#include <expected>
#include <system_error>
#include <type_traits>

namespace spargio {

/// What input and output give: the value, or a std::error_code of std::system_category() with the kernel's
/// errno, or one of our own: `canceled`, `timed_out`, `closed` (the runtime stops); see runtime_category(). A
/// value: the caller's, and any thread's. Compare with `error == errc::closed`, or by the standard's
/// conditions.
template <class T>
using io_result = std::expected<T, std::error_code>;

/// The category of errc, named "spargio". Its conditions are those of the standard where there is a like one:
/// `canceled` and `closed` equal std::errc::operation_canceled, `timed_out` equals std::errc::timed_out. Any
/// thread.
[[nodiscard]] const std::error_category& runtime_category() noexcept;

/// For the conversion of an errc to a std::error_code. Any thread.
[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), runtime_category()};
}

} // namespace spargio

template <>
struct std::is_error_code_enum<spargio::errc> : std::true_type {};
