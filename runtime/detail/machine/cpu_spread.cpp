#include <spargio/detail/machine/cpu_spread.hpp>

namespace spargio::detail {

int current_cpu() noexcept { return sched_getcpu(); }

void first_cpu::take(int origin, unsigned distance) noexcept {
    if (origin < 0 || sched_getaffinity(0, sizeof usable_, &usable_) != 0) return;
    const auto count = static_cast<unsigned>(CPU_COUNT(&usable_));
    if (count < 2) return;
    int target = origin;
    for (unsigned left = distance % count; left > 0;) {
        target = (target + 1) % CPU_SETSIZE;
        if (CPU_ISSET(target, &usable_)) --left;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(target, &one);
    held_ = sched_setaffinity(0, sizeof one, &one) == 0;
}

void first_cpu::give_back() noexcept {
    held_ = false;
    sched_setaffinity(0, sizeof usable_, &usable_);
}

} // namespace spargio::detail
