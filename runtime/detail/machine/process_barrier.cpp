#include <spargio/detail/machine/process_barrier.hpp>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spargio::detail::process_barrier {
namespace {

bool enlist() noexcept {
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

// When the program is loaded, before it has threads: later the kernel would wait for every CPU, which takes
// milliseconds.
const bool enlisted_at_load = enlist();

} // namespace

bool available() noexcept { return enlisted_at_load || enlist(); }

void run() noexcept { ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0); }

} // namespace spargio::detail::process_barrier
