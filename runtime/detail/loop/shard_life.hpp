// The life of a shard (R4):
//
//   made --open()--> open --take_over()--> running --the runtime stops--> stopping
//                                                                            |
//                        closed <--close()-- left <--leave_loop()------------+
//
// A shard that never got a thread stays `open`, or `made` where its ring could not be set up.
#pragma once

#include <cassert>
#include <cstdint>

namespace spargio::detail {

enum class shard_life : std::uint8_t { made, open, running, stopping, left, closed };

/// Whether `next` is the stage after `now`: none is left out and none comes again.
[[nodiscard]] constexpr bool follows(shard_life now, shard_life next) noexcept {
    return static_cast<unsigned>(next) == static_cast<unsigned>(now) + 1;
}

/// Whether tasks run in it.
[[nodiscard]] constexpr bool runs_tasks(shard_life now) noexcept {
    return now == shard_life::running || now == shard_life::stopping;
}

/// The one way from a stage to the next. By the thread that the shard has, or will have.
inline void enter(shard_life& now, shard_life next) noexcept {
    assert(follows(now, next) && "a shard leaves out no stage of its life and lives none twice");
    now = next;
}

} // namespace spargio::detail
