// R11 and P11 in counts: how often one side runs before the other gets its turn. No test here judges by a
// clock.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <liburing.h>

namespace spargio {
namespace {

constexpr unsigned turn = 8; // options.tasks_per_turn in these tests

/// Another thread's deed between two polls of a task, at a moment that the task chooses: it holds its shard
/// meanwhile, so nothing can happen in between and the counts are exact.
class outside_deed {
public:
    /// On the shard, once.
    void let_happen() {
        asked_.store(true);
        asked_.notify_one();
        done_.wait(false);
    }
    /// On the other thread.
    template <class Deed>
    void when_asked(Deed&& deed) {
        asked_.wait(false);
        deed();
        done_.store(true);
        done_.notify_one();
    }

private:
    std::atomic<bool> asked_{false};
    std::atomic<bool> done_{false};
};

/// Yields until `seen`, after letting the deed happen once all is under way. Gives the polls of it and its like
/// that passed in between, or `limit`.
struct flood {
    outside_deed deed;
    std::atomic<bool> seen{false};
    int polls = 0;
    bool counting = false;
    static constexpr int limit = 100'000;

    [[nodiscard]] bool over() const { return seen.load() || polls >= limit; }
};

task<> yield_for_ever(flood& shared) {
    while (!shared.over()) {
        co_await yield();
        if (shared.counting && !shared.seen) ++shared.polls;
    }
}

task<> begin_counting(flood& shared) {
    for (int i = 0; i < 1000; ++i) co_await yield();
    shared.deed.let_happen();
    shared.counting = true;
}

task<> see(flood& shared) {
    shared.seen = true;
    co_return;
}

/// `yielding` tasks that yield for ever, while `deed(handle)` happens.
template <class Deed>
int polls_until_seen(int yielding, Deed&& deed) {
    flood shared;
    auto started = runtime::start({.shards = 1, .tasks_per_turn = turn});
    EXPECT_TRUE(started.has_value());
    std::vector<join_handle<>> all;
    for (int i = 0; i < yielding; ++i) all.push_back((*started)->spawn(yield_for_ever(shared), pinned{0}));
    all.push_back((*started)->spawn(begin_counting(shared), pinned{0}));
    shared.deed.when_asked([&] { deed(shared, (*started)->handle()); });
    for (auto& each : all) std::move(each).get();
    return shared.polls;
}

TEST(R11, a_task_that_arrives_waits_for_one_turn_and_those_before_it) {
    for (const int yielding : {1, 5, 50}) {
        const auto spawn_it = [](flood& shared, const runtime_handle& handle) {
            handle.spawn(see(shared), pinned{0}).detach();
        };
        // P11: the rest of the turn, then each that was ready before it, once.
        EXPECT_LE(polls_until_seen(yielding, spawn_it), static_cast<int>(turn) + yielding + 1) << yielding;
    }
}

TEST(R11, a_stealable_task_that_arrives_waits_for_one_turn_and_those_before_it) {
    const auto spawn_it = [](flood& shared, const runtime_handle& handle) {
        handle.spawn(see(shared)).detach();
    };
    EXPECT_LE(polls_until_seen(20, spawn_it), static_cast<int>(turn) + 20 + 1);
}

/// The descriptor of the only ring of this process.
int only_ring() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code none;
        if (std::filesystem::read_symlink(entry.path(), none).string().find("io_uring") != std::string::npos)
            return std::stoi(entry.path().filename().string());
    }
    return -1;
}

// The ring's side: a completion that the shard counts, put there by a ring of the test's own.
TEST(R11, a_completion_of_the_ring_is_seen_within_one_turn_of_tasks_that_yield_for_ever) {
    struct state {
        outside_deed deed;
        bool under_way = false;
        int polls = 0;
    } shared;
    auto started = runtime::start({.shards = 1, .tasks_per_turn = turn});
    ASSERT_TRUE(started.has_value());
    if ((*started)->features().between_shards != shard_wake::msg_ring)
        GTEST_SKIP() << "this kernel has no MSG_RING";
    const int target = only_ring();
    ASSERT_GE(target, 0);
    const auto flooder = [&](runtime_handle handle) -> task<> {
        for (int i = 0; i < 1000; ++i) co_await yield();
        const auto before = handle.stats(0).bells_received;
        shared.deed.let_happen();
        while (handle.stats(0).bells_received == before && shared.polls < flood::limit) {
            co_await yield();
            ++shared.polls;
        }
    };
    auto flooding = (*started)->spawn(flooder((*started)->handle()), pinned{0});
    shared.deed.when_asked([&] {
        io_uring own{};
        ASSERT_EQ(io_uring_queue_init(4, &own, 0), 0);
        io_uring_sqe* const entry = io_uring_get_sqe(&own);
        io_uring_prep_msg_ring(entry, target, 0,
                               detail::user_data{detail::completion_kind::ringing, 0}.packed(), 0);
        io_uring_submit_and_wait(&own, 1);
        io_uring_queue_exit(&own);
    });
    std::move(flooding).get();
    EXPECT_LE(shared.polls, 2 * static_cast<int>(turn));
}

/// Wake each other for ever, through the queue that runs first.
task<> pass_on(channel<int>& from, channel<int>& to, flood& shared) {
    while (!shared.over()) {
        const auto got = co_await from.receive();
        if (!got) break;
        if (shared.counting && !shared.seen) ++shared.polls;
        if (!co_await to.send(*got)) break;
    }
    to.close();
}

TEST(R11, a_pair_that_wakes_each_other_for_ever_keeps_neither_arrivals_nor_messages_out) {
    for (const bool by_message : {false, true}) {
        flood shared;
        auto started = runtime::start({.shards = 2, .steal_budget = 0, .tasks_per_turn = turn});
        ASSERT_TRUE(started.has_value());
        const auto handle = (*started)->handle();
        const auto pair = [&]() -> task<> {
            channel<int> one(1);
            channel<int> two(1);
            auto first = spawn(pass_on(one, two, shared), pinned{0});
            auto second = spawn(pass_on(two, one, shared), pinned{0});
            (void)co_await one.send(1);
            co_await std::move(first);
            co_await std::move(second);
        };
        const auto listen = [&]() -> task<> {
            (void)co_await this_shard::next_event();
            shared.seen = true;
        };
        const auto post = []() -> task<bool> { co_return this_shard::remote(0).post(1, 1).has_value(); };
        if (by_message) handle.spawn(listen(), pinned{0}).detach();
        auto pairing = handle.spawn(pair(), pinned{0});
        auto counter = handle.spawn(begin_counting(shared), pinned{0});
        shared.deed.when_asked([&] {
            if (!by_message) {
                handle.spawn(see(shared), pinned{0}).detach();
                return;
            }
            auto posted = handle.spawn(post(), pinned{1});
            EXPECT_TRUE(std::move(posted).get());
        });
        std::move(counter).get();
        std::move(pairing).get();
        // The rest of a turn; then at most 16 of the pair before each other task, of which there are two.
        EXPECT_LE(shared.polls, static_cast<int>(turn) + 3 * 17) << by_message;
    }
}

TEST(R11, a_flood_of_messages_lets_the_other_tasks_run) {
    constexpr int messages = 20'000;
    int since = 0;
    int most = 0;
    int taken = 0;
    const auto body = [&](bool in_batches) -> task<> {
        const auto take = [&]() -> task<> {
            std::vector<event> batch(4);
            while (taken < messages) {
                if (in_batches) {
                    const auto count = co_await this_shard::messages().next_batch(batch);
                    if (!count) break;
                    taken += static_cast<int>(*count);
                } else {
                    if (!co_await this_shard::next_event()) break;
                    ++taken;
                }
                most = std::max(most, ++since);
            }
        };
        const auto others = [&]() -> task<> {
            while (taken < messages) {
                since = 0;
                co_await yield();
            }
        };
        for (int i = 0; i < messages; ++i)
            (void)this_shard::remote(0).post(1, 1); // all there before any is taken
        auto taker = spawn(take(), pinned{0});
        auto other = spawn(others(), pinned{0});
        co_await std::move(taker);
        co_await std::move(other);
    };
    for (const bool in_batches : {false, true}) {
        since = most = taken = 0;
        run_on({.shards = 1, .lane_capacity = 32'768}, 0, [&] { return body(in_batches); });
        EXPECT_GE(taken, messages);
        // Before the other task has run for the first time, between two of its runs, and one that was handed
        // over.
        EXPECT_LE(most, 2 * 257) << in_batches;
    }
}

TEST(R11, a_task_that_sends_without_end_lets_the_other_tasks_run) {
    constexpr int messages = 20'000;
    int since = 0;
    int most = 0;
    bool over = false;
    const auto body = [&](std::chrono::microseconds computed) -> task<> {
        const auto send = [&]() -> task<> {
            for (int i = 0; i < messages; ++i) {
                if (!co_await this_shard::remote(1).send(1, 1)) break;
                most = std::max(most, ++since);
            }
            over = true;
        };
        const auto others = [&]() -> task<> {
            while (!over) {
                since = 0;
                // Where tasks take long, a turn is short: of one task.
                for (const auto end = std::chrono::steady_clock::now() + computed;
                     std::chrono::steady_clock::now() < end;) {
                }
                co_await yield();
            }
        };
        auto sender = spawn(send(), pinned{0});
        auto other = spawn(others(), pinned{0});
        co_await std::move(sender);
        co_await std::move(other);
    };
    for (const auto computed : {std::chrono::microseconds(0), std::chrono::microseconds(2000)}) {
        most = since = 0;
        over = false;
        // Room for all: it never has to wait.
        run_on({.shards = 2, .lane_capacity = 32'768}, 0, [&] { return body(computed); });
        EXPECT_LE(most, 2 * 257) << computed.count() << " us";
    }
}

// The oldest stealable task may be buried under newer ones without end; every 61st pick takes it.
TEST(R11, newer_stealable_tasks_do_not_bury_an_older_one) {
    int ran_before = 0;
    bool old_ran = false;
    const auto body = [&]() -> task<> {
        const auto old_one = [&]() -> task<> {
            old_ran = true;
            co_return;
        };
        struct breed {
            static task<> again(bool& done, int& count) {
                if (done || ++count >= flood::limit) co_return;
                spawn(again(done, count)).detach();
                spawn(again(done, count)).detach();
                co_return;
            }
        };
        auto old_task = spawn(old_one());
        spawn(breed::again(old_ran, ran_before)).detach();
        while (!old_ran && ran_before < flood::limit) co_await yield();
        co_await std::move(old_task);
    };
    run_on({.shards = 1}, 0, body);
    EXPECT_LE(ran_before, 2 * 61);
}

} // namespace
} // namespace spargio
