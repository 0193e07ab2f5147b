// P15: a mistake ends the program with a message, in every build. P17: exceptions that nobody can look at.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spargio {
namespace {

task<int> seven() { co_return 7; }

class P15 : public testing::Test {
protected:
    // Each in a process of its own that starts anew: threads do not survive a fork.
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(P15, spawning_outside_a_shard_ends_the_program_and_says_what_to_use) {
    EXPECT_DEATH((void)spawn(seven()), "spawn\\(\\) outside a shard; use runtime_handle::spawn");
}

TEST_F(P15, asking_for_the_shard_outside_one_ends_the_program) {
    EXPECT_DEATH((void)this_shard::id(), "outside a shard");
    EXPECT_DEATH((void)this_shard::count(), "outside a shard");
    EXPECT_DEATH((void)this_shard::next_event(), "outside a shard");
    EXPECT_DEATH((void)this_shard::remote(0), "outside a shard");
    EXPECT_DEATH((void)this_shard::context(), "outside a shard");
}

/// Moves away with what `make` gives on shard 0, and then does `use` with it.
template <class Make, class Use>
task<> use_elsewhere(Make make, Use use) {
    auto kept = make();
    co_await resume_on(1);
    auto used = use(kept);
    co_await std::move(used);
}

TEST_F(P15, what_belongs_to_a_shard_ends_the_program_on_another_one) {
    const auto on_two = [](auto make, auto use) {
        run_on({.shards = 2}, 0, [make, use] { return use_elsewhere(make, use); });
    };
    constexpr auto said = "belongs to a shard";
    const auto waits = [](this_shard::inbox& of) -> task<> { (void)co_await of.next(); };
    EXPECT_DEATH(on_two([] { return this_shard::messages(); }, waits), said);
    const auto to_other = [] { return this_shard::remote(1); };
    EXPECT_DEATH(on_two(to_other, [](remote_shard& by) -> task<> { (void)co_await by.send(1, 1); }),
                 "another shard|belongs to a shard");
    const auto posts = [](remote_shard& by) -> task<> {
        (void)by.post(1, 1);
        co_return;
    };
    EXPECT_DEATH(on_two(to_other, posts), "another shard");
    const auto ticket = [] { return std::unique_ptr<flush_ticket>(new flush_ticket(this_shard::flush())); };
    const auto waits_for_it = [](std::unique_ptr<flush_ticket>& of) -> task<> {
        flush_ticket& mine = *of; // g++ 12 would copy what `*of` names
        (void)co_await mine;
    };
    EXPECT_DEATH(on_two(ticket, waits_for_it), said);
}

TEST_F(P15, joining_by_get_on_a_shard_ends_the_program_instead_of_blocking_the_shard) {
    const auto blocks = []() -> task<int> { co_return std::move(spawn(seven(), pinned{0})).get(); };
    EXPECT_DEATH((void)run({.shards = 1}, blocks), "get\\(\\) would block a shard");
}

TEST_F(P15, using_a_handle_that_was_used_up_ends_the_program) {
    const auto twice = []() -> task<int> {
        auto handle = spawn(seven());
        const int once = co_await std::move(handle);
        co_return once + co_await std::move(handle);
    };
    EXPECT_DEATH((void)run({.shards = 1}, twice), "used up");
    const auto got_twice = [] {
        auto started = runtime::start({.shards = 1});
        auto handle = (*started)->spawn(seven());
        (void)std::move(handle).get();
        (void)std::move(handle).get();
    };
    EXPECT_DEATH(got_twice(), "used up");
}

TEST_F(P15, spawning_a_task_that_was_moved_from_ends_the_program) {
    const auto moved_from = []() -> task<int> {
        auto child = seven();
        auto other = std::move(child);
        (void)other;
        co_return co_await spawn(std::move(child));
    };
    EXPECT_DEATH((void)run({.shards = 1}, moved_from), "moved from");
}

TEST_F(P15, awaiting_a_task_that_was_moved_from_ends_the_program) {
    const auto moved_from = []() -> task<int> {
        auto child = seven();
        auto other = std::move(child);
        (void)other;
        co_return co_await std::move(child);
    };
    EXPECT_DEATH((void)run({.shards = 1}, moved_from), "awaited a task that was moved from");
}

TEST_F(P15, awaiting_a_task_twice_ends_the_program) {
    const auto twice = []() -> task<int> {
        auto child = seven();
        const int once = co_await std::move(child);
        co_return once + co_await std::move(child);
    };
    EXPECT_DEATH((void)run({.shards = 1}, twice), "is or was awaited before");
}

TEST_F(P15, naming_a_shard_that_does_not_exist_ends_the_program) {
    const auto by_placement = []() -> task<int> { co_return co_await spawn(seven(), pinned{2}); };
    EXPECT_DEATH((void)run({.shards = 2}, by_placement), "a placement names a shard");
    const auto by_preference = []() -> task<int> { co_return co_await spawn(seven(), stealable_preferred{7}); };
    EXPECT_DEATH((void)run({.shards = 2}, by_preference), "a placement names a shard");
    const auto by_moving = []() -> task<void> { co_await resume_on(2); };
    EXPECT_DEATH(run({.shards = 2}, by_moving), "resume_on\\(\\) to a shard");
    const auto from_outside = [] {
        auto started = runtime::start({.shards = 1});
        (void)(*started)->handle().post(1, 5, 5);
    };
    EXPECT_DEATH(from_outside(), "a message to a shard that the runtime does not have");
}

task<void> post_from_here(remote_shard way) {
    (void)way.post(1, 1);
    co_return;
}

task<void> post_directly_from_here(remote_shard way) {
    (void)way.post_direct(1, 1);
    co_return;
}

// On shard 0, whose way it is: an ordinary root task may be stolen by shard 1.
TEST_F(P15, posting_by_the_way_of_another_shard_ends_the_program) {
    const auto by_lane = []() -> task<void> {
        co_await spawn(post_from_here(this_shard::remote(0)), pinned{1});
    };
    EXPECT_DEATH(run_on({.shards = 2}, 0, by_lane), "used on another shard");
    const auto directly = []() -> task<void> {
        co_await spawn(post_directly_from_here(this_shard::remote(0)), pinned{1});
    };
    EXPECT_DEATH(run_on({.shards = 2}, 0, directly), "used on another shard");
}

TEST_F(P15, waiting_for_what_never_comes_or_is_not_held_ends_the_program) {
    const auto of_none = []() -> task<void> { co_await when_any(std::vector<task<void>>{}); };
    EXPECT_DEATH(run({.shards = 1}, of_none), "when_any\\(\\) of no tasks");
    const auto without_lock = []() -> task<void> {
        condition changed;
        mutex::guard nothing_held;
        (void)co_await changed.wait(nothing_held);
    };
    EXPECT_DEATH(run({.shards = 1}, without_lock), "without its lock");
    EXPECT_DEATH((void)this_task::stop_requested(), "outside a task");
}

TEST_F(P15, destroying_a_runtime_on_one_of_its_shards_ends_the_program_instead_of_hanging) {
    const auto suicide = [] {
        auto started = runtime::start({.shards = 2});
        auto* const keeper = new std::unique_ptr<runtime>(std::move(*started));
        const auto on_shard = [](std::unique_ptr<runtime>& whole) -> task<> {
            whole.reset();
            co_return;
        };
        std::move((*keeper)->spawn(on_shard(*keeper), pinned{1})).get();
    };
    EXPECT_DEATH(suicide(), "destroyed on one of its shards");
}

/// From now on this thread may not make that system call.
void forbid(unsigned call) {
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

class P14_sandbox : public testing::Test {
protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(P14_sandbox, one_that_forbids_the_ring_after_the_start_ends_the_program_with_a_message_and_no_hang) {
    const auto body = []() -> task<int> {
        forbid(SYS_io_uring_enter);
        (void)co_await sleep_for(std::chrono::hours(1));
        co_return 0;
    };
    EXPECT_DEATH((void)run({.shards = 1}, body), "io_uring_enter.*forbidden.*seccomp");
}

task<> never_rests() {
    for (;;) co_await yield();
}

TEST_F(P14_sandbox, one_that_forbids_the_ring_to_a_shard_that_never_sleeps_ends_the_program_too) {
    const auto body = []() -> task<int> {
        forbid(SYS_io_uring_enter);
        spawn(never_rests(), pinned{0}).detach();
        (void)co_await ops::nop();
        co_return 0;
    };
    const auto in_time = [&] {
        ::alarm(60); // it would turn on the spot for ever
        (void)run({.shards = 1}, body);
    };
    EXPECT_DEATH(in_time(), "io_uring_enter.*forbidden.*seccomp");
}

TEST_F(P14_sandbox, a_thread_that_may_not_wake_a_shard_any_more_ends_the_program_and_loses_no_task) {
    if (const auto tried = runtime::start({.shards = 1});
        tried && (*tried)->features().from_outside != foreign_wake::send_msg_ring)
        GTEST_SKIP() << "this kernel wakes shards by an eventfd, which is written to";
    const auto in_time = [] {
        ::alarm(60); // it would wait for ever
        auto started = runtime::start({.shards = 1, .spin = std::chrono::microseconds(0)});
        if (!started) return;
        forbid(SYS_io_uring_register);
        for (;;) (void)(*started)->spawn(seven(), pinned{0}).get();
    };
    EXPECT_DEATH(in_time(), "io_uring_register.*forbidden.*seccomp");
}

class P17 : public testing::Test {
protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

task<int> fails() {
    throw std::runtime_error("the disk is on fire");
    co_return 0;
}

task<int> fails_later() {
    co_await yield();
    co_return co_await fails();
}

TEST_F(P17, an_exception_reaches_the_joiner_on_a_shard_and_outside) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    EXPECT_THROW((void)(*started)->spawn(fails_later(), pinned{1}).get(), std::runtime_error);
    const auto joins = []() -> task<std::string> {
        std::string said;
        auto child = spawn(fails_later(), pinned{1});
        try {
            (void)co_await std::move(child);
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        co_return said;
    };
    EXPECT_EQ(std::move((*started)->spawn(joins(), pinned{0})).get(), "the disk is on fire");
}

TEST_F(P17, an_exception_of_a_detached_task_ends_the_program_with_its_message) {
    const auto detached = [] {
        std::atomic<bool> let_go{false};
        // Not before the handle is gone: a task that failed earlier has its exception dropped with the handle.
        const auto fails_detached = [](const std::atomic<bool>& may_fail) -> task<int> {
            while (!may_fail.load()) co_await yield();
            co_return co_await fails();
        };
        auto started = runtime::start({.shards = 1});
        (*started)->spawn(fails_detached(let_go)).detach();
        let_go.store(true);
        for (;;) ::pause();
    };
    EXPECT_DEATH(detached(), "the disk is on fire");
}

TEST_F(P17, no_exception_crosses_the_loop_and_the_shard_goes_on) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    for (int i = 0; i < 1000; ++i) {
        auto failing = (*started)->spawn(i % 2 == 0 ? fails() : fails_later());
        auto healthy = (*started)->spawn(seven());
        EXPECT_THROW((void)std::move(failing).get(), std::runtime_error);
        ASSERT_EQ(std::move(healthy).get(), 7);
    }
}

TEST_F(P17, an_exception_that_was_dropped_with_its_handle_after_the_end_is_not_raised_again) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    auto failing = (*started)->spawn(fails());
    while (!failing.ready()) std::this_thread::yield();
    failing.detach();
    EXPECT_EQ(std::move((*started)->spawn(seven())).get(), 7);
}

} // namespace
} // namespace spargio
