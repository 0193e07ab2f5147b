// Memory for coroutine frames (R6).
//
// Each thread keeps free blocks by size class and serves itself from them: no lock, no atomic. A block that is
// freed on another thread simply stays there; what piles up goes to a common depot in batches, so the price of
// a one-sided flow is one short lock per batch. The same shape as Bonwick's magazines ("Magazines and Vmem",
// USENIX 2001).
#pragma once

#include <spargio/detail/machine/counter.hpp>

#include <cstddef>

namespace spargio::detail::frame_pool {

/// Memory for `bytes`, aligned for every fundamental type. Throws std::bad_alloc. Any thread. About 3 ns when
/// the thread has a free block; frames over 2 KiB go to operator new.
[[nodiscard]] void* allocate(std::size_t bytes);

/// Gives back what allocate() gave for the same `bytes`. Any thread, not only the one that allocated.
void release(void* block, std::size_t bytes) noexcept;

/// From now on counts this thread's allocations: those served from the pool and those that cost an allocation.
/// Null stops it; the counters must live until then. Both null or neither.
void count_into(counter* hits, counter* misses) noexcept;

} // namespace spargio::detail::frame_pool
