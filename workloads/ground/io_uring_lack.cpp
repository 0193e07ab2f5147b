#include "workloads/ground/io_uring_lack.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr const char* remedy_in_containers =
    "; in a container allow the io_uring system calls, as Docker does with --security-opt seccomp=unconfined";

/// /proc/sys/kernel/io_uring_disabled (kernel 6.6): 0 allowed, 1 only for a group, 2 for nobody.
bool switched_off() {
    int value = 0;
    std::ifstream("/proc/sys/kernel/io_uring_disabled") >> value;
    return value != 0;
}

} // namespace

std::optional<std::string> io_uring_lack() {
    io_uring_params parameters{};
    const auto ring = static_cast<int>(::syscall(SYS_io_uring_setup, 4, &parameters));
    const char* call = "io_uring_setup";
    int error = ring < 0 ? errno : 0;
    if (ring >= 0) {                                 // some filters know the one call and not the others
        constexpr unsigned no_such_request = 0xffff; // EINVAL, unless it is forbidden to ask
        if (::syscall(SYS_io_uring_enter, ring, 0, 0, 0, nullptr, 0) < 0) {
            call = "io_uring_enter";
            error = errno;
        } else if (::syscall(SYS_io_uring_register, ring, no_such_request, nullptr, 0) < 0 && errno != EINVAL) {
            call = "io_uring_register";
            error = errno;
        }
        ::close(ring);
    }
    switch (error) {
    case 0:
        return std::nullopt;
    case ENOSYS:
        return std::string("the kernel or a seccomp filter has no ") + call + " (ENOSYS)" +
               remedy_in_containers;
    case EPERM:
    case EACCES:
        if (switched_off())
            return "io_uring is switched off (EPERM); sysctl kernel.io_uring_disabled=0 lifts it";
        return std::string(call) + " is forbidden, most likely by a seccomp filter (EPERM)" +
               remedy_in_containers;
    case ENOMEM:
        return "not enough locked memory for a ring (ENOMEM); raise ulimit -l";
    default:
        return std::string(call) + " failed: " + std::strerror(error);
    }
}

} // namespace bench
