#include "harness/cell/slice_meter.hpp"

#include "workloads/measure/recorder.hpp"

#include <sys/resource.h>

#include <ctime>

namespace bench {
namespace {

std::uint64_t microseconds(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

std::optional<std::uint64_t> difference(const std::optional<std::uint64_t>& to,
                                        const std::optional<std::uint64_t>& from) {
    if (!to || !from) return std::nullopt;
    return *to - *from;
}

/// None for the clock of a process that has gone.
std::optional<std::uint64_t> time_of(std::optional<clockid_t> clock) {
    timespec time{};
    if (!clock || ::clock_gettime(*clock, &time) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace

std::uint64_t process_cpu_ns() noexcept { return *time_of(CLOCK_PROCESS_CPUTIME_ID); }

slice_meter::reading slice_meter::usage() noexcept {
    rusage all{};
    ::getrusage(RUSAGE_SELF, &all);
    return {.user_us = microseconds(all.ru_utime),
            .system_us = microseconds(all.ru_stime),
            .voluntary = static_cast<std::uint64_t>(all.ru_nvcsw),
            .involuntary = static_cast<std::uint64_t>(all.ru_nivcsw)};
}

// The clock is read last here and first in finish(): the other readings stay outside of the wall time.
slice_meter::slice_meter(const perf_counters& counters, std::optional<clockid_t> peer)
    : counters_(counters), peer_(peer), peer_cpu_ns_(time_of(peer)), counted_(counters.read()), used_(usage()),
      cpu_ns_(process_cpu_ns()), started_ns_(now_ns()) {}

std::uint64_t slice_meter::elapsed_ns() const noexcept { return now_ns() - started_ns_; }

slice_figures slice_meter::finish() const {
    const std::uint64_t wall_ns = now_ns() - started_ns_;
    const std::uint64_t cpu_ns = process_cpu_ns() - cpu_ns_;
    const auto used = usage();
    const auto counted = counters_.read();
    const auto peer_cpu_ns = difference(time_of(peer_), peer_cpu_ns_);
    // The kernel samples the split of user and system time; the sum is exact, so the split only divides it.
    const std::uint64_t user_us = used.user_us - used_.user_us;
    const std::uint64_t both_us = user_us + used.system_us - used_.system_us;
    const double user_share = both_us == 0 ? 1.0 : static_cast<double>(user_us) / static_cast<double>(both_us);
    const auto user_ns = static_cast<std::uint64_t>(static_cast<double>(cpu_ns) * user_share);
    return {.wall_ns = wall_ns,
            .user_ns = user_ns,
            .system_ns = cpu_ns - user_ns,
            .voluntary_switches = used.voluntary - used_.voluntary,
            .involuntary_switches = used.involuntary - used_.involuntary,
            .instructions = difference(counted.instructions, counted_.instructions),
            .cycles = difference(counted.cycles, counted_.cycles),
            .peer_cpu_ns = peer_cpu_ns};
}

} // namespace bench
