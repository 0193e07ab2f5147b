// P18: fork without exec, and exec. In a child every use of an inherited runtime is refused, and the parent
// notices nothing.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

task<int> seven() { co_return 7; }

task<int> wait_for_a_message() {
    const auto got = co_await this_shard::next_event();
    co_return got ? static_cast<int>(got->value) : -1;
}

task<> send(std::uint32_t to, std::uint64_t value) { (void)co_await this_shard::remote(to).send(0, value); }

/// The exit code of a child that does `body`; one that hangs meets the limit of ctest.
int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) ::_exit(body());
    int how = 0;
    waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

template <class T>
bool is_stopped(join_handle<T>&& handle) {
    try {
        std::move(handle).get();
    } catch (const task_stopped&) {
        return true;
    }
    return false;
}

class P18 : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (*GetParam() != '\0') ::setenv("SPARGIO_TIER", GetParam(), 1);
        auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
        ::unsetenv("SPARGIO_TIER");
        ASSERT_TRUE(started.has_value()) << started.error().message;
        parent_ = std::move(*started);
    }

    /// Shards wake each other and are woken from outside.
    void expect_the_parent_works() {
        for (int i = 0; i < 100; ++i) {
            auto receiver = parent_->spawn(wait_for_a_message(), pinned{1});
            std::move(parent_->spawn(send(1, 5), pinned{0})).get();
            ASSERT_EQ(std::move(receiver).get(), 5);
        }
    }

    std::unique_ptr<runtime> parent_;
};

TEST_P(P18, every_use_of_an_inherited_handle_is_refused_in_a_child) {
    auto waiting = parent_->spawn(wait_for_a_message(), pinned{1});
    const auto body = [&] {
        const runtime_handle handle = parent_->handle();
        if (!is_stopped(handle.spawn(seven(), pinned{0}))) return 1;
        if (!is_stopped(handle.spawn(seven()))) return 2;
        if (!is_stopped(handle.spawn_local(seven, pinned{1}))) return 3;
        auto with_room = handle.try_spawn(seven());
        if (!with_room || !is_stopped(std::move(*with_room))) return 4;
        if (handle.post(0, 1, 2) != status(std::unexpected(errc::closed))) return 5;
        if (handle.send(0, 1, 2) != status(std::unexpected(errc::closed))) return 6;
        waiting.cancel();
        if (!is_stopped(std::move(waiting))) return 7;
        handle.stop();
        if (handle.stats().shards.size() != 2) return 8;
        return 0;
    };
    EXPECT_EQ(in_child(body), 0);
    std::move(parent_->spawn(send(1, 9), pinned{0})).get();
    EXPECT_EQ(std::move(waiting).get(), 9) << "what the child did has reached the parent";
    expect_the_parent_works();
}

TEST_P(P18, a_child_may_destroy_the_runtime_object_and_the_parent_goes_on) {
    const auto body = [&] {
        if (parent_->shutdown().wait_for(std::chrono::seconds(0)) != std::future_status::ready) return 1;
        parent_.reset();
        return 0;
    };
    EXPECT_EQ(in_child(body), 0);
    expect_the_parent_works();
}

TEST_P(P18, a_task_may_fork_and_its_child_can_do_nothing_with_the_runtime) {
    const auto forks = [](runtime_handle handle) -> task<int> {
        co_return in_child([&] { return is_stopped(handle.spawn(seven())) ? 0 : 1; });
    };
    EXPECT_EQ(std::move(parent_->spawn(forks(parent_->handle()), pinned{0})).get(), 0);
    expect_the_parent_works();
}

/// Every second the child of a program that uses a runtime is forked at an unlucky moment.
TEST_P(P18, children_forked_while_messages_fly_disturb_nobody) {
    auto busy = std::thread([this] { expect_the_parent_works(); });
    for (int i = 0; i < 20; ++i) {
        const auto body = [&] {
            parent_->stop();
            return is_stopped(parent_->spawn(seven())) ? 0 : 1;
        };
        EXPECT_EQ(in_child(body), 0);
    }
    busy.join();
}

INSTANTIATE_TEST_SUITE_P(of_tier, P18,
                         testing::Values("", "no_send_msg_ring", "no_msg_ring", "no_single_issuer,no_defer"));

// In a child that goes on as a shard, because its task did not exit, nothing is left to run on; the parent's
// ring must not see what it does.
TEST(P18_rings, a_child_that_goes_on_as_a_shard_is_ended_and_the_parent_is_not_disturbed) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto forks = []() -> task<int> { co_return fork(); };
    const int child = std::move((*started)->spawn(forks(), pinned{0})).get();
    int how = 0;
    ASSERT_EQ(waitpid(child, &how, 0), child);
    EXPECT_FALSE(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    auto receiver = (*started)->spawn(wait_for_a_message(), pinned{1});
    std::move((*started)->spawn(send(1, 5), pinned{0})).get();
    EXPECT_EQ(std::move(receiver).get(), 5);
}

TEST(P18_exec, a_program_that_is_executed_inherits_neither_rings_nor_eventfds) {
    for (const char* tier : {"", "no_msg_ring"}) {
        ::setenv("SPARGIO_TIER", tier, 1);
        auto started = runtime::start({.shards = 2});
        ::unsetenv("SPARGIO_TIER");
        ASSERT_TRUE(started.has_value());
        std::FILE* const listing = ::popen("ls -l /proc/self/fd", "r");
        ASSERT_NE(listing, nullptr);
        std::array<char, 4096> text{};
        const std::size_t length = std::fread(text.data(), 1, text.size(), listing);
        ::pclose(listing);
        const std::string open_files(text.data(), length);
        EXPECT_NE(open_files.find("->"), std::string::npos) << open_files;
        EXPECT_EQ(open_files.find("io_uring"), std::string::npos) << open_files;
        EXPECT_EQ(open_files.find("eventfd"), std::string::npos) << open_files;
    }
}

} // namespace
} // namespace spargio
