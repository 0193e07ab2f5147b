// Every allocation of an operation fails once: it says so, nothing leaks, and the runtime goes on (promises.md,
// "Alloc faults"). A program of its own, because it replaces operator new. Leaks are found by the address
// sanitizer.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// How many more allocations of this thread succeed; negative: all.
constinit thread_local int left_to_succeed = -1;
constinit thread_local bool has_failed = false;

/// Out of line, so that no coroutine keeps the address of a thread's variable across a suspension.
[[gnu::noinline]] void fail_after(int count) {
    left_to_succeed = count;
    has_failed = false;
}
/// Ends it; whether an allocation was refused.
[[gnu::noinline]] bool stop_failing() {
    left_to_succeed = -1;
    return has_failed;
}

[[maybe_unused]] void* allocate(std::size_t bytes, std::size_t alignment) {
    if (left_to_succeed >= 0 && left_to_succeed-- == 0) {
        has_failed = true;
        throw std::bad_alloc();
    }
    void* const block = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                            ? std::malloc(bytes)
                            : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

} // namespace

// ThreadSanitizer's operators can't be replaced.
#if defined(__SANITIZE_THREAD__)
#define SPARGIO_SEES_NO_ALLOCATION 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SPARGIO_SEES_NO_ALLOCATION 1
#endif
#endif
#if !defined(SPARGIO_SEES_NO_ALLOCATION)
void* operator new(std::size_t bytes) { return allocate(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
// A sanitizer's own forms for arrays would not come by here.
void* operator new[](std::size_t bytes) { return allocate(bytes, 1); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
#endif

namespace spargio {
namespace {

using namespace std::chrono_literals;

class Alloc_faults : public testing::Test {
protected:
    void SetUp() override {
#if defined(SPARGIO_SEES_NO_ALLOCATION)
        GTEST_SKIP() << "ThreadSanitizer's operator new can't be replaced by one that fails";
#endif
    }
};

/// Takes no frame from the pool: frames of this size go to operator new.
using big = std::array<char, 4096>;

task<int> give(int value) {
    big frame{};
    co_await yield();
    co_return value + frame[0];
}

/// Runs `attempt(count)`, in which the allocation after `count` fails, for every count until none fails; each
/// says whether one did.
template <class Attempt>
void for_each_allocation(Attempt attempt) {
    int count = 0;
    while (attempt(count)) ASSERT_LT(++count, 500) << "it never gets through";
    EXPECT_GT(count, 0) << "nothing was allocated";
}

/// The same inside a task of shard 0, whose thread is the test's own; `body(count)` is a task that says whether
/// one failed. Afterwards the runtime must still work.
template <class Body>
void for_each_allocation_in_a_task(Body body, unsigned shards = 1) {
    for_each_allocation([&](int count) {
        const auto root = [&]() -> task<bool> {
            auto attempt = body(count);
            const bool failed = co_await std::move(attempt);
            auto still = spawn(give(7), pinned{0});
            EXPECT_EQ(co_await std::move(still), 7);
            co_return failed;
        };
        return run_on({.shards = shards}, 0, root);
    });
}

TEST_F(Alloc_faults, a_spawn_that_gets_no_memory_throws_and_leaves_nothing) {
    for_each_allocation_in_a_task([](int count) -> task<bool> {
        int got = -1;
        fail_after(count);
        try {
            auto child = spawn(give(3), pinned{0});
            got = co_await std::move(child);
        } catch (const std::bad_alloc&) {
            got = 3;
        }
        const bool failed = stop_failing();
        EXPECT_EQ(got, 3);
        co_return failed;
    });
}

TEST_F(Alloc_faults, a_lane_that_gets_no_memory_is_made_when_it_is_next_asked_for) {
    for_each_allocation_in_a_task(
        [](int count) -> task<bool> {
            fail_after(count);
            try {
                (void)this_shard::remote(1).post(1, 1);
            } catch (const std::bad_alloc&) {
            }
            const bool failed = stop_failing();
            EXPECT_TRUE(this_shard::remote(1).post(1, 2).has_value());
            co_return failed;
        },
        2);
}

TEST_F(Alloc_faults, channels_and_their_ends_throw) {
    for_each_allocation_in_a_task([](int count) -> task<bool> {
        fail_after(count);
        try {
            channel<int> values(100);
            (void)co_await values.send(1);
            EXPECT_EQ(co_await values.receive(), 1);
        } catch (const std::bad_alloc&) {
        }
        co_return stop_failing();
    });
}

TEST_F(Alloc_faults, sleeping_needs_no_memory) {
    const auto body = []() -> task<bool> {
        fail_after(0);
        (void)co_await sleep_for(1us);
        deadline_timer timer(std::chrono::steady_clock::now() + 1us);
        (void)co_await timer;
        co_return stop_failing();
    };
    EXPECT_FALSE(run_on({.shards = 1}, 0, body));
}

TEST_F(Alloc_faults, a_timeout_that_gets_no_memory_throws_and_leaves_no_timer) {
    for_each_allocation_in_a_task([](int count) -> task<bool> {
        fail_after(count);
        try {
            auto limited = timeout(1h, give(3));
            const auto got = co_await std::move(limited);
            EXPECT_EQ(got, 3);
        } catch (const std::bad_alloc&) {
        }
        const bool failed = stop_failing();
        EXPECT_EQ(this_shard::context().handle().stats(0).timers_pending, 0u);
        co_return failed;
    });
}

TEST_F(Alloc_faults, a_group_joins_what_it_could_start) {
    for_each_allocation_in_a_task([](int count) -> task<bool> {
        const auto child = []() -> task<> { (void)co_await give(1); };
        const auto body = [&child](task_group& group) -> task<> {
            for (int i = 0; i < 3; ++i) group.spawn(child(), pinned{0});
            co_return;
        };
        fail_after(count);
        try {
            auto all = in_group(body);
            co_await std::move(all);
        } catch (const std::bad_alloc&) {
        } catch (const task_stopped&) { // a child that could not be started
        }
        co_return stop_failing();
    });
}

TEST_F(Alloc_faults, when_all_joins_what_it_could_start) {
    for_each_allocation_in_a_task([](int count) -> task<bool> {
        fail_after(count);
        try {
            auto both = when_all(pinned{0}, give(1), give(2));
            const auto [one, two] = co_await std::move(both);
            EXPECT_EQ(one + two, 3);
        } catch (const std::bad_alloc&) {
        }
        co_return stop_failing();
    });
}

TEST_F(Alloc_faults, a_boundary_call_that_gets_no_memory_was_not_begun) {
    for_each_allocation([](int count) {
        auto there = runtime::start({.shards = 1});
        auto [client, server] = boundary::channel<int, int>(1);
        const auto serve = [](boundary::server<int, int> calls) -> task<int> {
            int served = 0;
            for (;;) {
                auto got = co_await calls.receive();
                if (!got) co_return served;
                ++served;
                (void)got->respond(2 * **got);
            }
        };
        auto serving = (*there)->spawn(serve(std::move(server)));
        int answered = 0;
        fail_after(count);
        try {
            answered += client.call_and_wait(1) == 2;
            answered += client.call_and_wait_for(2, 1h) == 4;
        } catch (const std::bad_alloc&) {
        }
        const bool failed = stop_failing();
        client.close();
        EXPECT_EQ(std::move(serving).get(), answered);
        return failed;
    });
}

TEST_F(Alloc_faults, what_comes_from_outside_is_refused_or_accepted_whole) {
    for_each_allocation([](int count) {
        auto there = runtime::start({.shards = 1});
        const auto handle = (*there)->handle();
        const auto take = []() -> task<std::uint64_t> {
            const auto got = co_await this_shard::next_event();
            co_return got ? got->value : 0;
        };
        bool posted = false;
        fail_after(count);
        try {
            posted = handle.post(0, 1, 5).has_value();
            auto child = handle.spawn(give(3));
            EXPECT_EQ(std::move(child).get(), 3);
            const auto blocking = handle.spawn_blocking([] { return 4; });
            (void)handle.stats();
        } catch (const std::bad_alloc&) {
        }
        const bool failed = stop_failing();
        if (!posted) {
            EXPECT_TRUE(handle.post(0, 1, 5).has_value());
        }
        EXPECT_EQ(std::move(handle.spawn(take(), pinned{0})).get(), 5u);
        return failed;
    });
}

/// What a process does once, the reading of its quota of CPUs, does without memory too, and is not what is
/// tested.
void start_once() { ASSERT_TRUE(runtime::start({.shards = 1}).has_value()); }

TEST_F(Alloc_faults, a_start_that_gets_no_memory_throws_or_says_so_and_leaves_nothing_running) {
    start_once();
    for (const unsigned shards : {1u, 3u})
        for_each_allocation([shards](int count) {
            fail_after(count);
            try {
                auto started = runtime::start({.shards = shards});
                const bool failed = stop_failing();
                EXPECT_NE(started.has_value(), failed);
                return failed;
            } catch (const std::bad_alloc&) {
                return stop_failing();
            }
        });
}

TEST_F(Alloc_faults, running_with_the_callers_thread_is_no_different) {
    start_once();
    for_each_allocation([](int count) {
        const auto body = []() -> task<int> {
            stop_failing();
            co_return co_await give(7);
        };
        bool done = false;
        fail_after(count);
        try {
            EXPECT_EQ(run_on({.shards = 2}, 0, body), 7);
            done = true;
        } catch (const std::bad_alloc&) {
        } catch (const cannot_start&) {
        }
        stop_failing();
        return !done;
    });
}

TEST_F(Alloc_faults, a_stop_needs_no_memory) {
    auto started = runtime::start({.shards = 2, .stop_grace = 1ms});
    ASSERT_TRUE(started.has_value());
    const auto wait = []() -> task<> {
        channel<int> silent(1);
        (void)co_await silent.receive();
    };
    for (std::uint32_t i = 0; i < 8; ++i) (*started)->spawn(wait(), pinned{i % 2}).detach();
    std::atomic<bool> begun{false};
    auto slow = (*started)->handle().spawn_blocking([&begun] { begun.store(true); });
    while (!begun.load()) std::this_thread::yield();
    fail_after(0);
    (*started)->stop();
    started->reset();
    EXPECT_FALSE(stop_failing());
}

} // namespace
} // namespace spargio
