#include <spargio/detail/ring/setup.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/resource.h>

namespace spargio::detail {
namespace {

/// /proc/sys/kernel/io_uring_disabled (kernel 6.6): 0 allowed, 1 only for a group, 2 for nobody.
int disabled_by_sysctl() {
    std::ifstream file("/proc/sys/kernel/io_uring_disabled");
    int value = 0;
    file >> value;
    return file ? value : 0;
}

std::string locked_memory_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return "unknown";
    return limit.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(limit.rlim_cur / 1024) + " KiB";
}

constexpr const char* profile_that_allows =
    "In a container, allow the io_uring system calls (Docker: --security-opt seccomp=PROFILE with "
    "io_uring_setup, io_uring_enter and io_uring_register allowed).";

} // namespace

start_error explain_refused_call(const char* call, int os_error) {
    return {errc::not_permitted, os_error,
            std::string("io_uring could not be set up: rings can be made, but ") + call +
                "(2), without which they are of no use, is forbidden (" + std::strerror(os_error) +
                "), probably by a seccomp filter. " + profile_that_allows};
}

start_error explain_eventfd_failure(int os_error) {
    const std::string failed = "could not create the eventfd that wakes a shard: ";
    if (os_error == EMFILE || os_error == ENFILE)
        return {errc::no_resources, os_error,
                failed + "the process has too many open files. Raise `ulimit -n`."};
    if (os_error == EPERM || os_error == ENOSYS)
        return {errc::not_permitted, os_error,
                failed + "eventfd2(2) is forbidden, probably by a seccomp filter, which must allow it."};
    return {errc::no_resources, os_error, failed + std::strerror(os_error) + '.'};
}

start_error explain_setup_failure(int os_error, const runtime_options& options) {
    const std::string start = "io_uring could not be set up: ";
    switch (os_error) {
    case EPERM:
        if (const int value = disabled_by_sysctl(); value != 0)
            return {errc::not_permitted, os_error,
                    start + "the sysctl kernel.io_uring_disabled is " + std::to_string(value) +
                        ". Lift it with `sysctl kernel.io_uring_disabled=0`" +
                        (value == 1 ? ", or run in the group named by kernel.io_uring_group." : ".")};
        return {errc::not_permitted, os_error,
                start + "forbidden, probably by a seccomp filter. " + profile_that_allows};
    case ENOSYS:
        return {errc::not_supported, os_error,
                start + "the kernel has no io_uring (5.18 or newer is needed), or a seccomp filter hides it. " +
                    profile_that_allows};
    case ENOMEM:
        return {errc::no_resources, os_error,
                start + "no memory for a ring of " + std::to_string(options.ring_entries) +
                    " entries; the limit of locked memory is " + locked_memory_limit() +
                    ". Raise it with `ulimit -l`, or use fewer shards or smaller ring_entries."};
    case EMFILE:
    case ENFILE:
        return {errc::no_resources, os_error,
                start + "too many open files. Raise `ulimit -n`, or use fewer shards."};
    case EINVAL:
        return {
            errc::not_supported, os_error,
            start +
                "the kernel refuses the options even without newer features (kernel 5.18 or newer is needed)."};
    default:
        return {errc::no_resources, os_error, start + std::strerror(os_error) + '.'};
    }
}

} // namespace spargio::detail
