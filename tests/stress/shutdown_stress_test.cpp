// P9: a stop at any moment, from any thread, of a random tree of tasks: every frame is destroyed exactly once,
// on time, and neither files nor threads are left.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace stress {
namespace {

using namespace spargio;

/// One a frame: counts those alive, and ends the test's hope when one is destroyed twice.
class living {
public:
    living() noexcept { count.fetch_add(1, std::memory_order_relaxed); }
    living(const living&) = delete;
    living& operator=(const living&) = delete;
    ~living() {
        if (std::exchange(alive_, 0) != mark) twice.fetch_add(1, std::memory_order_relaxed);
        count.fetch_sub(1, std::memory_order_relaxed);
    }

    static inline std::atomic<std::int64_t> count{0};
    static inline std::atomic<std::int64_t> twice{0};

private:
    static constexpr std::uint64_t mark = 0x5AFE5AFE5AFE5AFE;
    std::uint64_t alive_ = mark;
};

using pipe = std::shared_ptr<channel<int>>;

task<> wait_somehow(dice& random, const pipe& shared);

// NOLINTNEXTLINE(misc-no-recursion): a tree
task<> branch(std::uint32_t depth, std::uint64_t seed, pipe shared) {
    const living here;
    dice random(seed);
    std::vector<join_handle<>> children;
    for (std::uint32_t i = depth == 0 ? 0 : 1 + random.roll(3); i > 0; --i) {
        const placement where = random.roll(3) == 0   ? placement(round_robin{})
                                : random.roll(2) == 0 ? placement(pinned{random.roll(this_shard::count())})
                                                      : placement(stealable{});
        auto child = spawn(branch(depth - 1, seed * 7 + i, shared), where);
        if (random.roll(4) == 0)
            child.detach();
        else
            children.push_back(std::move(child));
    }
    auto waiting = wait_somehow(random, shared);
    co_await std::move(waiting);
    for (auto& child : children) {
        if (random.roll(3) == 0) child.cancel();
        if (random.roll(4) == 0) continue; // dropped with the frame
        try {
            co_await std::move(child);
        } catch (const task_stopped&) {
            co_return;
        }
    }
}

task<> wait_somehow(dice& random, const pipe& shared) {
    const living here;
    switch (random.roll(8)) {
    case 0: {
        const auto got = co_await this_shard::next_event();
        (void)got;
        break;
    }
    case 1: {
        const auto got = co_await shared->receive();
        (void)got;
        break;
    }
    case 2: {
        const auto done = co_await shared->send(1);
        (void)done;
        break;
    }
    case 3: {
        const auto done = co_await this_shard::remote(random.roll(this_shard::count())).send(1, 2);
        (void)done;
        break;
    }
    case 4: {
        const auto done = co_await this_shard::flush();
        (void)done;
        break;
    }
    case 5:
        for (;;) co_await yield();
    case 6:
        for (std::uint32_t i = random.roll(20); i > 0; --i) co_await yield();
        break;
    default:
        work(random.roll(5000));
    }
}

std::size_t entries_of(const char* folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Whether the count comes down to `expected`: the kernel lists a thread for a moment after it has been joined.
bool settles(const char* folder, std::size_t expected) {
    for (int tries = 0; tries < 1000; ++tries) {
        if (entries_of(folder) == expected) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

task<> stop_from_inside(runtime_handle of, std::uint32_t after) {
    const living here;
    for (std::uint32_t i = 0; i < after; ++i) co_await yield();
    of.stop();
}

/// One life of a runtime. What is still held when it is gone comes back.
std::vector<join_handle<>> one_life(std::uint64_t seed, unsigned shards) {
    dice random(seed);
    auto started = runtime::start({.shards = shards,
                                   .lane_capacity = 1 + random.roll(4),
                                   .stealable_capacity = 8,
                                   .spin = std::chrono::microseconds(random.roll(2) * 20),
                                   .stop_grace = std::chrono::milliseconds(random.roll(3))});
    if (!started) {
        ADD_FAILURE() << started.error().message;
        return {};
    }
    auto shared = std::make_shared<channel<int>>(1);
    std::vector<join_handle<>> held;
    for (std::uint32_t i = 0; i < 4; ++i) {
        auto root = (*started)->spawn(branch(3, seed * 11 + i, shared));
        if (random.roll(3) != 0) held.push_back(std::move(root));
    }
    std::vector<std::thread> outside;
    const std::uint32_t steps = random.roll(60'000);
    if (random.roll(2) == 0)
        outside.emplace_back([handle = (*started)->handle(), steps] {
            work(steps);
            handle.stop();
        });
    if (random.roll(2) == 0)
        (*started)->spawn(stop_from_inside((*started)->handle(), random.roll(50)), pinned{0}).detach();
    if (random.roll(4) == 0) shared->close();
    if (random.roll(3) == 0 && !held.empty()) {
        outside.emplace_back([taken = std::move(held.back())]() mutable {
            try {
                std::move(taken).get();
            } catch (const task_stopped&) {
                // That is what the stop does to it.
            }
        });
        held.pop_back();
    }
    work(random.roll(60'000));
    if (random.roll(2) == 0) (*started)->stop();
    if (random.roll(2) == 0) (*started)->shutdown().wait();
    started->reset();
    for (auto& thread : outside) thread.join();
    return held;
}

void live_and_die(unsigned shards, std::uint64_t lives) {
    (void)one_life(1, shards); // what is made once and kept: the frame pools and the registries
    const auto files = entries_of("/proc/self/fd");
    const auto threads = entries_of("/proc/self/task");
    for (std::uint64_t life = 0; life < lives; ++life) {
        auto held = one_life(life + 2, shards);
        ASSERT_EQ(living::count.load(), 0) << "frames left or destroyed twice in life " << life;
        ASSERT_EQ(living::twice.load(), 0) << "a frame was destroyed twice in life " << life;
        for (auto& each : held) {
            if (life % 2 == 0) each.cancel();
            ASSERT_TRUE(each.ready()) << "a task without an end in life " << life;
        }
        ASSERT_EQ(entries_of("/proc/self/fd"), files) << "files left by life " << life;
        ASSERT_TRUE(settles("/proc/self/task", threads)) << "threads left by life " << life;
    }
}

TEST(P9_stress, a_random_tree_of_tasks_is_destroyed_once_whenever_two_shards_stop) {
    live_and_die(2, rounds(400));
}

TEST(P9_stress, a_random_tree_of_tasks_is_destroyed_once_whenever_four_shards_stop) {
    live_and_die(4, rounds(200));
}

TEST(P9_stress, a_random_tree_of_tasks_is_destroyed_once_without_the_newer_features_of_the_kernel) {
    for (const char* tier : {"no_msg_ring", "no_send_msg_ring", "no_defer"}) {
        const forced_tier forced(tier);
        live_and_die(3, rounds(60));
    }
}

} // namespace
} // namespace stress
