// Runtimes made and unmade many times, by a user without privileges and with the limits that a distribution
// gives to one. The kernel charges such a user for the memory of rings and gives it back late (hazards, finding
// 8). Each test runs in a process of its own, because limits stay.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

#ifndef CHURN_ROUNDS
#define CHURN_ROUNDS 500
#endif

constexpr int right = 0;
constexpr int not_charged = 77;

/// The kernel counts what a user has locked over all of its processes, so each test gets a user of its own, who
/// needs no name. In a user namespace there may be none but nobody.
bool become_somebody_new() {
    constexpr uid_t unused = 200'000;
    constexpr uid_t nobody = 65534;
    const auto own = unused + static_cast<uid_t>(getpid());
    const auto become = [](uid_t user) { return setgid(user) == 0 && setuid(user) == 0; };
    return become(own) || become(nobody);
}

/// What runs as a user without privileges: its exit code. Gives up root where the tests run as root.
int without_privileges(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit memory{8u << 20, 8u << 20};
        const rlimit files{256, 256};
        bool limited = setrlimit(RLIMIT_MEMLOCK, &memory) == 0 && setrlimit(RLIMIT_NOFILE, &files) == 0;
        if (getuid() == 0) limited = limited && become_somebody_new();
        prctl(PR_SET_DUMPABLE, 1); // or /proc/self would still be root's
        ::_exit(limited ? body() : 99);
    }
    int how = 0;
    waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

std::ptrdiff_t entries_of(const char* folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
}

task<int> ask_the_other_shard() {
    const auto there = []() -> task<int> {
        const auto got = co_await this_shard::next_event();
        co_return got ? static_cast<int>(got->value) : 0;
    };
    auto receiver = spawn(there(), pinned{1});
    (void)co_await this_shard::remote(1).send(0, 5);
    co_return co_await std::move(receiver);
}

TEST(P14, hundreds_of_runtimes_one_after_the_other_start_for_a_user_without_privileges) {
    const auto body = [] {
        try {
            if (run_on({.shards = 2}, 0, ask_the_other_shard) != 5) return 1;
            const auto files = entries_of("/proc/self/fd");
            const auto threads = entries_of("/proc/self/task");
            for (int i = 0; i < CHURN_ROUNDS; ++i)
                if (run_on({.shards = 2}, 0, ask_the_other_shard) != 5) return 2;
            if (entries_of("/proc/self/fd") != files) return 3;
            // A thread that was joined may still be listed for a moment; one that leaks stays, until the limit.
            while (entries_of("/proc/self/task") > threads) std::this_thread::yield();
            return right;
        } catch (const std::exception& why) {
            std::fprintf(stderr, "%s\n", why.what());
            return 5;
        }
    };
    EXPECT_EQ(without_privileges(body), right);
}

TEST(P14, the_memory_of_a_ring_that_was_closed_just_now_makes_room_for_the_next) {
    const auto body = [] {
        const runtime_options wide{.shards = 1, .ring_entries = 4096, .cq_entries = 8192};
        std::vector<std::unique_ptr<runtime>> all;
        for (;;) {
            auto started = runtime::start(wide);
            if (!started) {
                if (started.error().os_error != ENOMEM) return 1;
                break;
            }
            all.push_back(std::move(*started));
            if (all.size() == 100) return not_charged;
        }
        if (all.empty()) return 2;
        for (int i = 0; i < 20; ++i) {
            all.pop_back();
            auto started = runtime::start(wide);
            if (!started) {
                std::fprintf(stderr, "round %d: %s\n", i, started.error().message.c_str());
                return 3;
            }
            all.push_back(std::move(*started));
        }
        return right;
    };
    const int got = without_privileges(body);
    if (got == not_charged) GTEST_SKIP() << "this kernel charges rings to nobody";
    EXPECT_EQ(got, right);
}

} // namespace
} // namespace spargio
