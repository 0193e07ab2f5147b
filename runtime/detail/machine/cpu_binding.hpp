// Binding the calling thread to a CPU, and undoing that.
#pragma once

#include <sched.h>

namespace spargio::detail {

/// The CPUs that a thread may run on, as they were when this was made. Made, bound and given back by one
/// thread; apply() by any.
class cpu_mask {
public:
    /// One system call.
    cpu_mask() noexcept : known_(sched_getaffinity(0, sizeof mask_, &mask_) == 0) {}

    /// Allows the calling thread these CPUs again. One system call; best effort.
    void apply() const noexcept {
        if (known_) sched_setaffinity(0, sizeof mask_, &mask_);
    }

private:
    cpu_set_t mask_;
    bool known_;
};

/// Binds the calling thread to one CPU. 0, or an errno (EINVAL: no such CPU, or not allowed to this process).
/// One system call (sched_setaffinity(2)).
[[nodiscard]] int bind_to_cpu(int cpu) noexcept;

} // namespace spargio::detail
