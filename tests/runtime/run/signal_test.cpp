// P13: signals, and requests that the kernel refuses for the moment, are invisible.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

std::atomic<std::uint64_t> signals_taken{0};

extern "C" void take_signal(int) { signals_taken.fetch_add(1, std::memory_order_relaxed); }

/// Sends SIGUSR1 to every thread of the process but itself, as fast as 10 kHz, while it lives.
class storm {
public:
    storm() {
        struct sigaction action {};
        action.sa_handler = take_signal; // no SA_RESTART: whatever waits is interrupted
        ::sigaction(SIGUSR1, &action, &before_);
        thread_ = std::thread([this] { rage(); });
    }
    ~storm() {
        over_ = true;
        thread_.join();
        ::sigaction(SIGUSR1, &before_, nullptr);
    }
    storm(const storm&) = delete;
    storm& operator=(const storm&) = delete;

private:
    void rage() const {
        const auto self = ::gettid();
        const auto process = ::getpid();
        while (!over_) {
            for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
                if (const int thread = std::stoi(entry.path().filename()); thread != self)
                    ::syscall(SYS_tgkill, process, thread, SIGUSR1);
            ::usleep(100);
        }
    }

    struct sigaction before_ {};
    std::atomic<bool> over_{false};
    std::thread thread_;
};

task<std::uint64_t> answer(std::uint64_t times) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < times; ++i) {
        const auto got = co_await this_shard::next_event();
        if (!got) break;
        sum += got->value;
        (void)co_await this_shard::remote(0).send(0, got->value);
    }
    co_return sum;
}

task<std::uint64_t> ask(std::uint64_t times) {
    auto other = spawn(answer(times), pinned{1});
    for (std::uint64_t i = 0; i < times; ++i) {
        (void)co_await this_shard::remote(1).send(0, i);
        const auto got = co_await this_shard::next_event();
        if (!got || got->value != i) co_return 0;
    }
    co_return co_await std::move(other);
}

class P13 : public testing::TestWithParam<const char*> {};

/// The caller's thread serves as shard 0 and takes the signals; those that the runtime made block them.
TEST_P(P13, a_storm_of_signals_loses_no_message_and_no_wake_up) {
    constexpr std::uint64_t times = 3000;
    ::setenv("SPARGIO_TIER", GetParam(), 1);
    const std::uint64_t before = signals_taken;
    const storm raging;
    // As often as it takes for signals to have come: a machine may be slow to start the thread that sends them.
    do {
        EXPECT_EQ(run_on({.shards = 2, .spin = std::chrono::microseconds(0)}, 0, [] { return ask(times); }),
                  times * (times - 1) / 2);
    } while (signals_taken - before < 100);
    ::unsetenv("SPARGIO_TIER");
}

INSTANTIATE_TEST_SUITE_P(of_tier, P13,
                         testing::Values("", "no_defer", "no_send_msg_ring", "no_msg_ring", "tiny_rings"));

/// Rings of this process, in the order in which they were made.
std::vector<int> ring_descriptors() {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone).string().find("io_uring") != std::string::npos)
            found.push_back(std::stoi(entry.path().filename()));
    }
    std::ranges::sort(found);
    return found;
}

TEST(P3, a_sleeper_whose_bell_fails_is_woken_another_way) {
    constexpr std::uint64_t times = 50;
    ::setenv("SPARGIO_TIER", "no_send_msg_ring", 1); // the other way is an eventfd
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ::unsetenv("SPARGIO_TIER");
    ASSERT_TRUE(started.has_value());
    if ((*started)->features().between_shards != shard_wake::msg_ring) GTEST_SKIP() << "no MSG_RING here";
    const auto here = []() -> task<std::uint32_t> { co_return this_shard::id(); };
    EXPECT_EQ((*started)->spawn(here(), pinned{1}).get(), 1U); // so it has registered its ring by now
    const std::vector<int> rings = ring_descriptors();
    ASSERT_EQ(rings.size(), 2U);
    // What stands behind the number that others know is no ring any more; the shard itself uses another.
    const int kept = ::dup(rings[1]);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::dup2(ends[0], rings[1]);
    EXPECT_EQ(std::move((*started)->spawn(ask(times), pinned{0})).get(), times * (times - 1) / 2);
    EXPECT_GT((*started)->stats(0).bells_failed, 0U);
    ::dup2(kept, rings[1]);
    for (const int descriptor : {kept, ends[0], ends[1]}) ::close(descriptor);
}

/// Makes every io_uring_enter(2) of the calling thread fail with EAGAIN, for ever.
void refuse_to_enter() {
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_io_uring_enter},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAGAIN},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{std::size(program), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

task<> take_one(std::atomic<int>& stage) {
    stage = 1;
    if (const auto got = co_await this_shard::next_event(); got) stage = 2;
}

task<> compute_after_a_refused_bell(runtime_handle handle, std::atomic<int>& stage) {
    while (stage != 1) std::this_thread::yield();
    // It sleeps, or will before it counts its next sleep.
    const auto sleeps = handle.stats(1).parks;
    const auto asleep = [&] { return handle.stats(1).parks != sleeps; };
    for (int i = 0; i < 10'000 && !asleep(); ++i) std::this_thread::yield();
    refuse_to_enter();
    (void)this_shard::remote(1).post(0, 5);
    while (stage != 2) std::this_thread::yield(); // and never back to the ring
    ::_exit(0);
    co_return;
}

TEST(P3, a_bell_that_the_kernel_refuses_for_the_moment_leaves_nobody_asleep) {
    const pid_t child = fork();
    if (child == 0) {
        std::atomic<int> stage{0};
        auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
        if (!started) ::_exit(1);
        (*started)->spawn(take_one(stage), pinned{1}).detach();
        (*started)->spawn(compute_after_a_refused_bell((*started)->handle(), stage), pinned{0}).detach();
        for (;;) ::pause();
    }
    int how = 0;
    waitpid(child, &how, 0);
    EXPECT_TRUE(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

} // namespace
} // namespace spargio
