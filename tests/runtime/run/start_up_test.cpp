// R3: what the kernel lacks or forbids. Each test runs in a process of its own, because limits and filters
// stay.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

task<int> across() {
    const auto there = []() -> task<int> {
        const auto got = co_await this_shard::next_event();
        co_return static_cast<int>(got.value().value);
    };
    auto receiver = spawn(there(), pinned{1});
    (void)co_await this_shard::remote(1).send(0, 5);
    co_return co_await std::move(receiver);
}

task<int> across_nothing() { co_return 1; }

/// Runs `body` in a child and gives its exit code; the child inherits no thread of ours, as none runs yet.
int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) ::_exit(body());
    int how = 0;
    waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

class R3 : public testing::TestWithParam<const char*> {};

TEST_P(R3, every_tier_of_kernel_features_gives_the_same_semantics) {
    const auto body = [] {
        setenv("SPARGIO_TIER", GetParam(), 1);
        for (int i = 0; i < 20; ++i)
            if (run_on({.shards = 2, .spin = std::chrono::microseconds(i % 2 * 20)}, 0, across) != 5) return 1;
        return 0;
    };
    EXPECT_EQ(in_child(body), 0);
}

INSTANTIATE_TEST_SUITE_P(without, R3,
                         testing::Values("", "no_defer", "no_single_issuer", "no_coop_taskrun", "no_msg_ring",
                                         "no_send_msg_ring", "tiny_rings",
                                         "no_single_issuer,no_coop_taskrun,no_send_msg_ring,tiny_rings"));

TEST(R3, a_tier_is_reported_in_the_capabilities) {
    const auto body = [] {
        setenv("SPARGIO_TIER", "no_msg_ring,no_defer", 1);
        const auto started = runtime::start({.shards = 1});
        if (!started) return 1;
        const capabilities& got = (*started)->features();
        const bool right = got.between_shards == shard_wake::eventfd &&
                           got.from_outside == foreign_wake::eventfd && !got.defer_taskrun &&
                           got.summary().find("eventfd") != std::string::npos;
        return right ? 0 : 2;
    };
    EXPECT_EQ(in_child(body), 0);
}

TEST(R3, the_kernel_is_asked_which_requests_it_takes) {
    const auto body = [] {
        const auto has_all = [] {
            const auto started = runtime::start({.shards = 1});
            if (!started) return false;
            const capabilities& got = (*started)->features();
            return got.supports(IORING_OP_READ) && got.supports(IORING_OP_OPENAT) &&
                   got.supports(IORING_OP_LINKAT) && !got.supports(255) && !got.supports(256);
        };
        if (!has_all()) return 1;
        setenv("SPARGIO_TIER", "no_fs_ops", 1);
        if (has_all()) return 2;
        unsetenv("SPARGIO_TIER");
        return has_all() ? 0 : 3;
    };
    EXPECT_EQ(in_child(body), 0);
}

TEST(R3, a_required_feature_that_is_missing_stops_the_start_and_says_which) {
    const auto body = [] {
        setenv("SPARGIO_TIER", "no_defer", 1);
        const auto started = runtime::start({.shards = 1, .defer_taskrun = feature_use::on});
        if (started) return 1;
        return started.error().code == errc::not_supported &&
                       started.error().message.find("defer_taskrun") != std::string::npos
                   ? 0
                   : 2;
    };
    EXPECT_EQ(in_child(body), 0);
}

/// Makes a system call fail with `error` for this process.
void forbid(unsigned call, int error) {
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{std::size(program), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

void forbid_io_uring(int error) { forbid(SYS_io_uring_setup, error); }

struct forbidden {
    int error;
    errc code;
    const char* says;
};

class R3_forbidden : public testing::TestWithParam<forbidden> {};

TEST_P(R3_forbidden, a_start_without_io_uring_is_an_error_that_names_cause_and_remedy) {
    const auto body = [] {
        forbid_io_uring(GetParam().error);
        const auto started = runtime::start({.shards = 2});
        if (started) return 1;
        if (started.error().code != GetParam().code || started.error().os_error != GetParam().error) return 2;
        return started.error().message.find(GetParam().says) != std::string::npos ? 0 : 3;
    };
    EXPECT_EQ(in_child(body), 0);
}

INSTANTIATE_TEST_SUITE_P(by, R3_forbidden,
                         testing::Values(forbidden{EPERM, errc::not_permitted, "seccomp"},
                                         forbidden{ENOSYS, errc::not_supported, "5.18"},
                                         forbidden{ENOMEM, errc::no_resources, "ulimit -l"},
                                         forbidden{EMFILE, errc::no_resources, "ulimit -n"}));

struct half_forbidden {
    unsigned call;
    int error;
    const char* name;
};

class R3_half_forbidden : public testing::TestWithParam<half_forbidden> {};

TEST_P(R3_half_forbidden, a_start_whose_rings_could_not_be_used_names_the_call_and_the_profile) {
    const auto body = [] {
        forbid(GetParam().call, GetParam().error);
        ::alarm(60); // shards that turn on the spot would do so for ever
        const auto started = runtime::start({.shards = 2});
        if (started) return 1;
        if (started.error().code != errc::not_permitted) return 2;
        if (started.error().os_error != GetParam().error) return 3;
        const std::string& said = started.error().message;
        if (said.find(GetParam().name) == std::string::npos) return 4;
        return said.find("--security-opt seccomp=PROFILE") != std::string::npos ? 0 : 5;
    };
    EXPECT_EQ(in_child(body), 0);
}

INSTANTIATE_TEST_SUITE_P(by, R3_half_forbidden,
                         testing::Values(half_forbidden{SYS_io_uring_register, EPERM, "io_uring_register(2)"},
                                         half_forbidden{SYS_io_uring_register, ENOSYS, "io_uring_register(2)"},
                                         half_forbidden{SYS_io_uring_register, EACCES, "io_uring_register(2)"},
                                         half_forbidden{SYS_io_uring_enter, EPERM, "io_uring_enter(2)"},
                                         half_forbidden{SYS_io_uring_enter, ENOSYS, "io_uring_enter(2)"},
                                         half_forbidden{SYS_io_uring_enter, EACCES, "io_uring_enter(2)"}));

TEST(R3, an_eventfd_that_is_forbidden_is_not_called_a_lack_of_files) {
    const auto body = [] {
        setenv("SPARGIO_TIER", "no_msg_ring", 1);
        forbid(SYS_eventfd2, EPERM);
        const auto started = runtime::start({.shards = 1});
        if (started) return 1;
        if (started.error().code != errc::not_permitted) return 2;
        return started.error().message.find("eventfd2(2) is forbidden") != std::string::npos ? 0 : 3;
    };
    EXPECT_EQ(in_child(body), 0);
}

TEST(R3, a_start_that_runs_out_of_files_half_way_leaves_nothing_running) {
    const auto body = [] {
        const rlimit few{8, 8};
        setrlimit(RLIMIT_NOFILE, &few);
        const auto started = runtime::start({.shards = 16});
        if (started) return 1;
        if (started.error().message.find("ulimit -n") == std::string::npos) return 2;
        return run({.shards = 1}, across_nothing) == 1 ? 0 : 3;
    };
    EXPECT_EQ(in_child(body), 0);
}

TEST(R3, the_convenience_entry_throws_the_same_message) {
    const auto body = [] {
        forbid_io_uring(EPERM);
        try {
            run({.shards = 1}, across_nothing);
        } catch (const cannot_start& why) {
            return std::string(why.what()).find("seccomp") != std::string::npos ? 0 : 2;
        }
        return 1;
    };
    EXPECT_EQ(in_child(body), 0);
}

} // namespace
} // namespace spargio
