// Facts about the CPU that lock-free code needs.
#pragma once

#include <cstddef>

namespace spargio::detail {

/// Distance that keeps two objects out of each other's cache line. 64 bytes on x86-64 and most of Arm;
/// std::hardware_destructive_interference_size is not used because it may differ between translation units.
inline constexpr std::size_t cache_line_bytes = 64;

/// Tells the CPU that this is a spin loop: saves power and, under SMT, leaves the core to the sibling.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    asm volatile("yield" ::: "memory");
#else
    asm volatile("" ::: "memory");
#endif
}

} // namespace spargio::detail
