#include "harness/machine/perf_counters.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bench {
namespace {

int open_counter(std::uint64_t event) {
    perf_event_attr wanted{};
    wanted.type = PERF_TYPE_HARDWARE;
    wanted.size = sizeof wanted;
    wanted.config = event;
    wanted.inherit = 1;
    wanted.exclude_kernel = 1;
    wanted.exclude_hv = 1;
    return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::optional<std::uint64_t> read_counter(int counter) {
    std::uint64_t value = 0;
    if (counter < 0 || ::read(counter, &value, sizeof value) != static_cast<ssize_t>(sizeof value))
        return std::nullopt;
    return value;
}

} // namespace

perf_counters::perf_counters() {
    instructions_ = open_counter(PERF_COUNT_HW_INSTRUCTIONS);
    if (instructions_ < 0) problem_ = std::strerror(errno);
    cycles_ = open_counter(PERF_COUNT_HW_CPU_CYCLES);
}

perf_counters::~perf_counters() {
    if (instructions_ >= 0) ::close(instructions_);
    if (cycles_ >= 0) ::close(cycles_);
}

perf_counters::reading perf_counters::read() const {
    return {.instructions = read_counter(instructions_), .cycles = read_counter(cycles_)};
}

} // namespace bench
