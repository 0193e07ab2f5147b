// The end of a descriptor that several tasks have used: what files and sockets do before they close it (P8).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/sync/shared_descriptor.hpp>
#include <spargio/tasks/task.hpp>

namespace spargio::ops::detail {

/// Whether nothing has to be waited for before the number may be closed. By the owner, after begin_closing().
[[nodiscard]] inline bool is_drained(const shared_descriptor& descriptor) noexcept {
    return descriptor.is_idle() && descriptor.place() == nullptr;
}

/// Waits until nobody is at it any more, and until the ring that it is registered with, if any, has let go of
/// it. Then the number is the closer's. `canceled`: this task was asked to stop before; it will be closed when
/// the others have ended, and is none of the closer's any more. Shards only. A frame.
[[nodiscard]] task<io_result<void>> drain(shared_descriptor& descriptor);

} // namespace spargio::ops::detail
