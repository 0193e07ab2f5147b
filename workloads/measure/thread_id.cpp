#include "workloads/measure/thread_id.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace bench {

[[gnu::noinline]] std::uint64_t this_thread_id() noexcept {
    thread_local const auto id = static_cast<std::uint64_t>(::syscall(SYS_gettid));
    return id;
}

} // namespace bench
