// Memory that the kernel writes to while an operation goes on (P7). Under AddressSanitizer a touch of it
// meanwhile ends the program with a report (use-after-poison); elsewhere all of this is nothing.
#pragma once

#include <cstddef>
#include <span>

#include <sys/uio.h>

#if defined(__SANITIZE_ADDRESS__)
#define SPARGIO_POISONS_LENT_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARGIO_POISONS_LENT_MEMORY 1
#endif
#endif
#if defined(SPARGIO_POISONS_LENT_MEMORY)
#include <sanitizer/asan_interface.h>
#endif

namespace spargio::detail {

/// To the kernel, which the sanitizer does not watch. At the edges up to seven bytes may stay open, as the
/// sanitizer counts in eights.
inline void lend([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if defined(SPARGIO_POISONS_LENT_MEMORY)
    ASAN_POISON_MEMORY_REGION(memory.data(), memory.size());
#endif
}

/// The kernel has done with it.
inline void take_back([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if defined(SPARGIO_POISONS_LENT_MEMORY)
    ASAN_UNPOISON_MEMORY_REGION(memory.data(), memory.size());
#endif
}

inline void lend(std::span<const iovec> parts) noexcept {
    for (const iovec& each : parts) lend({static_cast<const std::byte*>(each.iov_base), each.iov_len});
}

inline void take_back(std::span<const iovec> parts) noexcept {
    for (const iovec& each : parts) take_back({static_cast<const std::byte*>(each.iov_base), each.iov_len});
}

} // namespace spargio::detail
