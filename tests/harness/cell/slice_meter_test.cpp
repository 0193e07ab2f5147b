// M4: the CPU time of a peer is read around a slice.
#include "harness/cell/slice_meter.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

namespace bench {
namespace {

TEST(slice_meter, M4_the_peers_CPU_time_is_that_of_its_process_alone) {
    const pid_t child = ::fork();
    if (child == 0)
        for (;;) ::getppid();
    clockid_t clock{};
    ASSERT_EQ(::clock_getcpuclockid(child, &clock), 0);
    const perf_counters counters;
    const slice_meter with(counters, clock), without(counters);
    timespec spent{};
    const auto spent_ns = [&] {
        ::clock_gettime(clock, &spent);
        return spent.tv_sec * 1'000'000'000L + spent.tv_nsec;
    };
    for (const long from = spent_ns(); spent_ns() < from + 20'000'000;) ::usleep(1000);
    const auto figures = with.finish();
    ASSERT_TRUE(figures.peer_cpu_ns.has_value());
    EXPECT_GE(*figures.peer_cpu_ns, 20'000'000u);
    EXPECT_FALSE(without.finish().peer_cpu_ns.has_value());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(with.finish().peer_cpu_ns.has_value()) << "of one that has gone there is no time";
}

} // namespace
} // namespace bench
