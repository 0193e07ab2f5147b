// ops::futex_wait, ops::futex_wake: with threads that are no shards.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

long wake_by_system_call(std::atomic<std::uint32_t>& word) {
    return ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

long wait_by_system_call(std::atomic<std::uint32_t>& word, std::uint32_t expected) {
    return ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

/// EINVAL: a kernel before 6.7.
task<int> look(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
    auto waited = co_await ops::futex_wait(word, expected);
    co_return waited ? 0 : waited.error().value();
}

class futex_operation : public testing::Test {
protected:
    void SetUp() override {
        const std::atomic<std::uint32_t> word{1};
        if (run({.shards = 1}, [&] { return look(word, 2); }) == EINVAL)
            GTEST_SKIP() << "this kernel has no IORING_OP_FUTEX_WAIT (6.7)";
    }
};

TEST_F(futex_operation, R24_a_word_that_holds_something_else_is_not_waited_for) {
    const std::atomic<std::uint32_t> word{1};
    EXPECT_EQ(run({.shards = 1}, [&] { return look(word, 2); }), EAGAIN);
}

TEST_F(futex_operation, R24_a_thread_wakes_a_task) {
    std::atomic<std::uint32_t> word{1};
    std::thread waker([&] {
        while (wake_by_system_call(word) != 1) std::this_thread::yield();
    });
    EXPECT_EQ(run({.shards = 1}, [&] { return look(word, 1); }), 0);
    waker.join();
}

task<std::uint32_t> wake_until_one_wakes(const std::atomic<std::uint32_t>& word) {
    for (;;) {
        auto woken = co_await ops::futex_wake(word, 1);
        if (!woken || *woken != 0) co_return woken ? *woken : 0;
        co_await yield();
    }
}

TEST_F(futex_operation, R24_a_task_wakes_a_thread) {
    std::atomic<std::uint32_t> word{1};
    std::thread waiter([&] {
        while (wait_by_system_call(word, 1) != 0) {
        }
    });
    EXPECT_EQ(run({.shards = 1}, [&] { return wake_until_one_wakes(word); }), 1u);
    waiter.join();
}

task<std::error_code> wait_in_time(const std::atomic<std::uint32_t>& word) {
    auto waited = co_await timeout(1ms, ops::futex_wait(word, 1));
    co_return waited ? std::error_code{} : waited.error();
}

TEST_F(futex_operation, R24_a_deadline_ends_the_wait) {
    const std::atomic<std::uint32_t> word{1};
    EXPECT_EQ(run({.shards = 1}, [&] { return wait_in_time(word); }), make_error_code(errc::timed_out));
}

} // namespace
} // namespace spargio
