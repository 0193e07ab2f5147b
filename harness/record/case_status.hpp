// What became of a case.
#pragma once

#include <optional>
#include <string_view>

namespace bench {

enum class case_status {
    not_run,  ///< no whole block of it yet
    measured, ///< in at least one kept block
    unsupported,
    unavailable, ///< another machine, or one with more installed, could
    wrong_result,
    crashed,
    timed_out,
    failed,
};

/// The word of the result schema.
[[nodiscard]] std::string_view word_of(case_status status) noexcept;
/// The status with that word; none for a word that this build doesn't know.
[[nodiscard]] std::optional<case_status> case_status_of(std::string_view word) noexcept;

/// Whether further blocks measure it.
[[nodiscard]] constexpr bool is_active(case_status status) noexcept {
    return status == case_status::not_run || status == case_status::measured;
}
/// Whether it makes the exit code 4: neither measured nor refused with a reason.
[[nodiscard]] constexpr bool is_failure(case_status status) noexcept {
    return !is_active(status) && status != case_status::unsupported && status != case_status::unavailable;
}

} // namespace bench
