// The probes where the system gives no threads (P22): a container's limit of pids, `ulimit -u`.
#include "harness/machine/probes.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace bench {
namespace {

TEST(probes, P22_without_threads_there_are_no_figures_and_no_hang) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::alarm(20);
        const rlimit none{.rlim_cur = 1, .rlim_max = 1};
        constexpr uid_t nobody = 65534;
        // The limit holds for users without every right only.
        if (::setrlimit(RLIMIT_NPROC, &none) != 0 ||
            (::geteuid() == 0 && ::setresuid(nobody, nobody, nobody) != 0))
            std::_Exit(2);
        const auto taken = take_probes();
        std::_Exit(taken.cache_line_ns || taken.eventfd_ns ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << status;
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace bench
