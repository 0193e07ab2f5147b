// P9: a task that never suspends can't keep a stop for ever.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace spargio {
namespace {

using namespace std::chrono_literals;

/// What a task that spins tells and is told.
struct leash {
    std::atomic<bool> spinning{false};
    std::atomic<bool> let_go{false};
    std::atomic<int> frames{0};
};

/// Counts the frame in which it stands.
class counted {
public:
    explicit counted(leash& by) noexcept : by_(by) { by_.frames.fetch_add(1); }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { by_.frames.fetch_sub(1); }

private:
    leash& by_;
};

task<int> spin(leash& held) {
    const counted here(held);
    held.spinning.store(true);
    while (!held.let_go.load()) std::this_thread::yield();
    co_return 3;
}

task<> wait_for_ever(leash& held) {
    const counted here(held);
    channel<int> silent(1);
    (void)co_await silent.receive();
}

bool contains(const std::vector<std::size_t>& shards, std::size_t wanted) {
    return std::ranges::find(shards, wanted) != shards.end();
}

/// Waits until nothing of the runtime runs any more.
void let_go(leash& held, const runtime_handle& of) {
    held.let_go.store(true);
    while (!of.left_behind().empty() || held.frames.load() != 0) std::this_thread::yield();
}

TEST(P9, a_stop_names_and_leaves_behind_a_shard_whose_task_never_suspends) {
    leash held;
    auto started = runtime::start({.shards = 3, .stop_grace = 1ms, .stop_patience = 500ms});
    ASSERT_TRUE(started.has_value());
    const runtime_handle handle = (*started)->handle();
    for (std::uint32_t i = 0; i < 3; ++i) (*started)->spawn(wait_for_ever(held), pinned{i}).detach();
    auto spinning = (*started)->spawn(spin(held), pinned{1});
    while (!held.spinning.load() || held.frames.load() != 4) std::this_thread::yield();
    EXPECT_TRUE(handle.left_behind().empty());
    testing::internal::CaptureStderr();
    started->reset();
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("shard 1 (thread "), std::string::npos) << said;
    EXPECT_TRUE(contains(handle.left_behind(), 1));
    EXPECT_EQ(held.frames.load(), 4) << "no frame goes while a task may refer to it";
    EXPECT_FALSE(spinning.ready());
    let_go(held, handle);
    EXPECT_EQ(std::move(spinning).get(), 3) << "it came to its end after all";
}

TEST(P9, run_returns_although_a_task_on_another_shard_never_suspends) {
    leash held;
    std::optional<runtime_handle> handle;
    const auto body = [&]() -> task<int> {
        handle.emplace(this_shard::context().handle());
        spawn(spin(held), pinned{1}).detach();
        spawn(wait_for_ever(held), pinned{0}).detach();
        while (!held.spinning.load() || held.frames.load() != 2) co_await yield();
        co_return 7;
    };
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_on({.shards = 2, .stop_grace = 1ms, .stop_patience = 500ms}, 0, body), 7);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("shard 1 (thread "), std::string::npos);
    EXPECT_TRUE(contains(handle->left_behind(), 1));
    let_go(held, *handle);
}

TEST(P9, a_root_that_joins_a_task_which_never_suspends_is_stopped_with_it) {
    leash held;
    std::optional<runtime_handle> handle;
    const auto body = [&]() -> task<int> {
        handle.emplace(this_shard::context().handle());
        auto child = spawn(spin(held), pinned{1});
        while (!held.spinning.load()) co_await yield();
        handle->stop();
        co_return co_await std::move(child);
    };
    testing::internal::CaptureStderr();
    EXPECT_THROW((void)run_on({.shards = 2, .stop_grace = 1ms, .stop_patience = 500ms}, 0, body), task_stopped);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("shard 1 (thread "), std::string::npos);
    let_go(held, *handle);
}

TEST(P9, a_shard_that_comes_back_in_time_is_waited_for_without_a_word) {
    leash held;
    auto started = runtime::start({.shards = 2, .stop_grace = 0ms, .stop_patience = 10min});
    ASSERT_TRUE(started.has_value());
    const runtime_handle handle = (*started)->handle();
    auto spinning = (*started)->spawn(spin(held), pinned{1});
    auto after_the_stop = (*started)->spawn(wait_for_ever(held), pinned{0});
    while (!held.spinning.load()) std::this_thread::yield();
    // Lets go once the other shard's task has been told of the stop, or has been left to be destroyed.
    std::thread releasing([&held, other = handle] {
        while (other.post(0, 1, 1) != std::unexpected(errc::closed))
            std::this_thread::yield(); // until it stops
        held.let_go.store(true);
    });
    testing::internal::CaptureStderr();
    started->reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_TRUE(handle.left_behind().empty());
    EXPECT_EQ(held.frames.load(), 0);
    releasing.join();
    EXPECT_EQ(std::move(spinning).get(), 3);
}

} // namespace
} // namespace spargio
