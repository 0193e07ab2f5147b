#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <thread>
#include <utility>

namespace spargio {
namespace {

task<int> seven() { co_return 7; }

std::size_t entries_of(const char* folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(R4, run_gives_the_result_of_the_root_task) { EXPECT_EQ(run({.shards = 2}, seven), 7); }

TEST(R4, stop_wakes_tasks_that_wait_and_tells_them_closed) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto waiter = []() -> task<errc> {
        const auto got = co_await this_shard::next_event();
        co_return got ? errc{} : got.error();
    };
    auto on_first = (*started)->spawn(waiter(), pinned{0});
    auto on_second = (*started)->spawn(waiter(), pinned{1});
    (*started)->stop();
    EXPECT_EQ(std::move(on_first).get(), errc::closed);
    EXPECT_EQ(std::move(on_second).get(), errc::closed);
}

TEST(R4, stop_can_be_called_often_and_from_anywhere) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const auto from_inside = [](runtime_handle self) -> task<> {
        self.stop();
        self.stop();
        co_return;
    };
    auto inside = (*started)->spawn(from_inside((*started)->handle()));
    std::thread outside([handle = (*started)->handle()] { handle.stop(); });
    outside.join();
    (*started)->stop();
    (*started)->shutdown().wait();
    try {
        std::move(inside).get();
    } catch (const task_stopped&) {
        // The thread was faster than the task: that is allowed.
    }
}

TEST(R4, a_task_that_never_ends_by_itself_is_destroyed_after_the_grace) {
    auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(5)});
    ASSERT_TRUE(started.has_value());
    const auto restless = []() -> task<> {
        for (;;) co_await yield();
    };
    auto handle = (*started)->spawn(restless());
    (*started)->shutdown().wait();
    EXPECT_THROW(std::move(handle).get(), task_stopped);
}

TEST(R4, tasks_get_to_finish_their_work_after_a_stop) {
    auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::seconds(10)});
    ASSERT_TRUE(started.has_value());
    const auto worker = [](runtime_handle self) -> task<int> {
        self.stop();
        for (int i = 0; i < 100; ++i) co_await yield();
        auto child = spawn(seven(), pinned{1});
        co_return co_await std::move(child);
    };
    auto handle = (*started)->spawn(worker((*started)->handle()), pinned{0});
    EXPECT_EQ(std::move(handle).get(), 7);
}

// With a grace of a minute, a stop that waited for it without need would run into the time limit of the test.
TEST(R4, a_stop_with_nothing_left_to_run_does_not_wait_for_the_grace) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(run({.shards = 2, .stop_grace = std::chrono::minutes(1)}, seven), 7);
        auto started = runtime::start({.shards = 3, .stop_grace = std::chrono::minutes(1)});
        ASSERT_TRUE(started.has_value());
        auto handle = (*started)->spawn(seven());
        EXPECT_EQ(std::move(handle).get(), 7);
    }
}

TEST(R4, starting_and_stopping_leaks_neither_files_nor_threads) {
    run({.shards = 2}, seven);
    const auto files = entries_of("/proc/self/fd");
    const auto threads = entries_of("/proc/self/task");
    for (int i = 0; i < 100; ++i) EXPECT_EQ(run({.shards = 2}, seven), 7);
    EXPECT_EQ(entries_of("/proc/self/fd"), files);
    // A thread that was joined may still be listed for a moment; one that leaks stays, and this meets the
    // limit.
    while (entries_of("/proc/self/task") > threads) std::this_thread::yield();
}

/// Counts living frames.
struct living {
    explicit living(std::atomic<int>& count) : count_(&count) { ++*count_; }
    living(living&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    ~living() {
        if (count_ != nullptr) --*count_;
    }
    std::atomic<int>* count_;
};

task<> wait_in_some_way(living self, int way) {
    channel<int> silent(1);
    switch (way) {
    case 0:
        (void)co_await this_shard::next_event();
        break;
    case 1:
        (void)co_await silent.receive();
        break;
    case 2:
        for (;;) co_await yield();
    default: {
        auto child = spawn(wait_in_some_way(std::move(self), 1));
        co_await std::move(child);
    }
    }
}

TEST(R4, every_frame_is_destroyed_exactly_once_whatever_it_waits_for) {
    std::atomic<int> count{0};
    for (int round = 0; round < 30; ++round) {
        auto started = runtime::start({.shards = 2, .stop_grace = std::chrono::milliseconds(1)});
        ASSERT_TRUE(started.has_value());
        for (int i = 0; i < 12; ++i) {
            const placement where = i % 2 == 0 ? placement(stealable{}) : placement(round_robin{});
            (*started)->spawn(wait_in_some_way(living(count), i % 4), where).detach();
        }
        started->reset();
        ASSERT_EQ(count.load(), 0) << "round " << round;
    }
}

} // namespace
} // namespace spargio
