// What becomes of mistakes that would otherwise be undefined behaviour and that cost nothing to notice (P15).
#pragma once

#include <spargio/detail/machine/language.hpp>

#include <exception>
#include <stdexcept>

namespace spargio::detail {

/// Ends the program, in every build: std::terminate() with a std::logic_error as the active exception, so that
/// the default handler shows `reason`.
[[noreturn, gnu::cold, gnu::noinline]] inline void misused(const char* reason) noexcept {
    try {
        throw std::logic_error(reason);
    } catch (...) {
        std::terminate();
    }
}

} // namespace spargio::detail
