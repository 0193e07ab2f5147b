// Where the thread of a shard runs, as a runtime tells it.
#pragma once

namespace spargio {

/// Where the thread of a shard is bound (R15).
struct shard_binding {
    int cpu = -1;     ///< the CPU; -1 when not bound, or the shard's thread has not begun
    int os_error = 0; ///< why binding failed, as an errno; 0 when it did not
};

} // namespace spargio
