#include <spargio/detail/machine/cpu_binding.hpp>

#include <cerrno>

namespace spargio::detail {

int bind_to_cpu(int cpu) noexcept {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 ? 0 : errno;
}

} // namespace spargio::detail
