// What runtime/ops may ask of a runtime about functions that block: the narrow door between what has no request
// to the kernel and the pool of threads (R12, R41).
#pragma once

#include <spargio/tasks/spawn_blocking.hpp>

#include <concepts>
#include <utility>

namespace spargio {

/// The blocking pool of one runtime, seen by a task that runs there.
class blocking_context {
public:
    /// spawn_blocking(): gives the join_handle, or why the pool does not take it. The function owns whatever it
    /// touches, because a stop of the runtime may leave it behind while it runs. On a shard only.
    template <std::invocable Function>
    [[nodiscard]] static auto submit(Function&& what) {
        return spawn_blocking(std::forward<Function>(what));
    }
};

} // namespace spargio
