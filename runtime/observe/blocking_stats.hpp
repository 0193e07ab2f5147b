// The numbers of a blocking pool at one moment (R12, R47).
#pragma once

#include <cstddef>
#include <cstdint>

namespace spargio {

/// What a blocking pool does and has done.
struct blocking_stats {
    std::size_t threads = 0;        ///< threads now
    std::size_t running = 0;        ///< functions that run now
    std::size_t queued = 0;         ///< functions that wait for a thread now
    std::uint64_t threads_made = 0; ///< since the start
    std::uint64_t done = 0;         ///< functions that have ended since the start
    std::uint64_t refused = 0;      ///< functions that found the queue full
    std::size_t left_behind = 0;    ///< functions that still ran when the runtime had ended
};

} // namespace spargio
