#include <spargio/core/cpu_spread.hpp>

#include <sched.h>

namespace spargio {

int current_cpu() noexcept { return sched_getcpu(); }

void start_apart(int origin, unsigned distance) noexcept {
    cpu_set_t usable;
    if (origin < 0 || sched_getaffinity(0, sizeof usable, &usable) != 0) return;
    const auto count = static_cast<unsigned>(CPU_COUNT(&usable));
    if (count < 2) return;
    int target = origin;
    for (unsigned left = distance % count; left > 0;) {
        target = (target + 1) % CPU_SETSIZE;
        if (CPU_ISSET(target, &usable)) --left;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(target, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) sched_setaffinity(0, sizeof usable, &usable);
}

} // namespace spargio
