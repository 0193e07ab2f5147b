// Calls and receives of tasks that wait only so long: one answer, nothing lost, nothing early.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using call_end = boundary::client<int, int>;
using serve_end = boundary::server<int, int>;
using answer = std::expected<int, errc>;

std::unique_ptr<runtime> started(const runtime_options& options) {
    auto made = runtime::start(options);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
}

std::uint64_t timers_of(const runtime& of) { return of.stats().total().timers_pending; }

template <class Duration>
task<answer> ask_for(call_end service, Duration longest, int argument) {
    co_return co_await service.call_with_timeout(longest, argument);
}

task<boundary::received<int, int>> receive_one(serve_end calls) {
    auto got = co_await calls.receive();
    co_return std::move(*got);
}

TEST(R46, a_timed_call_of_a_task_is_answered_and_carries_its_deadline) {
    const auto there = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(1);
    for (int i = 0; i < 200; ++i) {
        const auto before = clock::now();
        auto asking = there->spawn(ask_for(client, 1h, i), pinned{0});
        auto taking = there->spawn(receive_one(server), pinned{1});
        auto held = std::move(taking).get();
        ASSERT_GE(held.deadline(), before + 1h);
        ASSERT_LE(held.deadline(), clock::now() + 1h);
        ASSERT_TRUE(held.respond(2 * *held).has_value());
        ASSERT_EQ(std::move(asking).get(), 2 * i);
    }
    EXPECT_EQ(timers_of(*there), 0u);
}

TEST(R46, a_task_whose_call_takes_too_long_is_told_never_early_and_the_late_reply_is_refused) {
    const auto here = started({.shards = 1});
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    auto taking = there->spawn(receive_one(server));
    const auto before = clock::now();
    auto asking = here->spawn(ask_for(client, 20ms, 1));
    auto held = std::move(taking).get();
    EXPECT_EQ(std::move(asking).get(), std::unexpected(errc::timed_out));
    EXPECT_GE(clock::now() - before, 20ms);
    EXPECT_FALSE(held.caller_waits());
    EXPECT_EQ(held.respond(5), std::unexpected(errc::timed_out));
}

TEST(R46, a_timed_call_that_nobody_has_received_is_never_received) {
    const auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    auto queued = here->spawn(ask_for(client, 1ms, 1));
    EXPECT_EQ(std::move(queued).get(), std::unexpected(errc::timed_out));
    // It has given its room back, or this one would wait for room only.
    auto asking = here->spawn(ask_for(client, 1h, 2));
    auto for_room = here->spawn(ask_for(client, 1ms, 3));
    EXPECT_EQ(std::move(for_room).get(), std::unexpected(errc::timed_out));
    auto taking = here->spawn(receive_one(server));
    auto held = std::move(taking).get();
    EXPECT_EQ(*held, 2);
    EXPECT_TRUE(held.respond(4).has_value());
    EXPECT_EQ(std::move(asking).get(), 4);
    client.close();
    const auto none_left = [](serve_end calls) -> task<errc> {
        auto got = co_await calls.receive_with_timeout(1h);
        co_return got ? errc{} : got.error();
    };
    EXPECT_EQ(std::move(here->spawn(none_left(server))).get(), errc::closed);
}

TEST(R46, a_timed_receive_ends_never_early_and_leaves_the_next_call_to_the_next_server) {
    const auto body = []() -> task<int> {
        auto [client, server] = boundary::channel<int, int>(2);
        const auto before = clock::now();
        auto none = co_await server.receive_with_timeout(5ms);
        int right = !none && none.error() == errc::timed_out && clock::now() - before >= 5ms;
        auto asking = spawn(ask_for(client, 1h, 1), pinned{0});
        auto got = co_await server.receive_with_timeout(1h);
        right += got && got->respond(7).has_value();
        const auto replied = co_await std::move(asking);
        right += replied == 7;
        co_return right;
    };
    EXPECT_EQ(run({.shards = 1}, body), 3);
}

TEST(R46, a_call_that_is_there_is_received_whatever_the_limit) {
    const auto body = []() -> task<int> {
        auto [client, server] = boundary::channel<int, int>(1);
        auto asking = spawn(ask_for(client, 1h, 3), pinned{0});
        co_await yield();
        auto got = co_await server.receive_with_timeout(-1s);
        const int seen = got ? **got : -1;
        if (got) (void)got->respond(0);
        (void)co_await std::move(asking);
        co_return seen;
    };
    EXPECT_EQ(run({.shards = 1}, body), 3);
}

TEST(R46, a_duration_beyond_the_end_of_time_is_no_limit) {
    const auto body = []() -> task<int> {
        auto [client, server] = boundary::channel<int, int>(1);
        auto asking = spawn(ask_for(client, std::chrono::hours::max(), 3), pinned{0});
        auto got = co_await server.receive_with_timeout(std::chrono::hours::max());
        if (got) (void)got->respond(2 * **got);
        const auto replied = co_await std::move(asking);
        co_return replied.value_or(-1);
    };
    EXPECT_EQ(run({.shards = 1}, body), 6);
}

// Limits of the length of a round trip, so that answers, timeouts and cancellations meet all the time. What one
// side believes the other must believe too.
TEST(R46, at_the_very_deadline_both_sides_agree_and_no_call_is_lost) {
    struct tally {
        std::atomic<int> answered{0};
        std::atomic<int> delivered{0};
        std::atomic<int> wrong{0};
    };
    const auto tested = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(2);
    tally seen;
    const auto serving = [](serve_end calls, tally& into, unsigned seed) -> task<> {
        std::mt19937 random(seed);
        for (;;) {
            auto got = co_await calls.receive_with_timeout(std::chrono::nanoseconds(random() % 20'000));
            if (!got && got.error() == errc::timed_out) continue;
            if (!got) co_return;
            const status how = got->respond(2 * **got);
            if (how)
                into.delivered.fetch_add(1);
            else if (how.error() != errc::timed_out && how.error() != errc::canceled)
                into.wrong.fetch_add(1);
        }
    };
    const auto calling = [](call_end service, tally& into, unsigned seed, int count) -> task<> {
        std::mt19937 random(seed);
        for (int i = 0; i < count; ++i) {
            const auto got = co_await service.call_with_timeout(std::chrono::nanoseconds(random() % 20'000), i);
            if (got && *got == 2 * i)
                into.answered.fetch_add(1);
            else if (got || (got.error() != errc::timed_out && got.error() != errc::canceled))
                into.wrong.fetch_add(1);
        }
    };
    std::vector<join_handle<>> servers;
    std::vector<join_handle<>> callers;
    for (unsigned i = 0; i < 2; ++i) servers.push_back(tested->spawn(serving(server, seen, i), pinned{i}));
    for (unsigned i = 0; i < 4; ++i)
        callers.push_back(tested->spawn(calling(client, seen, 10 + i, 2000))); // stealable
    // One is cancelled in the middle of it, and gets nothing else from then on.
    auto cancelled = tested->spawn(calling(client, seen, 99, 2000));
    while (seen.answered.load() == 0) std::this_thread::yield();
    cancelled.cancel();
    std::move(cancelled).get();
    for (auto& each : callers) std::move(each).get();
    client.close();
    for (auto& each : servers) std::move(each).get();
    EXPECT_EQ(seen.wrong.load(), 0);
    EXPECT_GT(seen.answered.load(), 0);
    EXPECT_EQ(seen.answered.load(), seen.delivered.load());
    EXPECT_EQ(timers_of(*tested), 0u);
}

// The general timeout() runs the receive as a child that it cancels.
TEST(R46, a_call_received_by_a_child_that_is_being_timed_out_is_still_received) {
    constexpr int count = 3000;
    const auto tested = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(2);
    const auto serving = [](serve_end calls) -> task<int> {
        std::mt19937 random(1);
        int served = 0;
        for (;;) {
            auto got = co_await timeout(std::chrono::nanoseconds(random() % 20'000), calls.receive());
            if (got)
                served += got->respond(**got).has_value() ? 1 : 0;
            else if (got.error() != errc::timed_out)
                co_return served;
        }
    };
    const auto calling = [](call_end service) -> task<int> {
        int answered = 0;
        for (int i = 0; i < count; ++i) {
            const auto got = co_await service.call(i);
            answered += got == i;
            (void)co_await sleep_for(std::chrono::nanoseconds(i % 16 * 1000));
        }
        service.close();
        co_return answered;
    };
    auto served = tested->spawn(serving(std::move(server)), pinned{0});
    auto answered = tested->spawn(calling(std::move(client)), pinned{1});
    EXPECT_EQ(std::move(answered).get(), count);
    EXPECT_EQ(std::move(served).get(), count);
}

TEST(R46, a_stop_ends_timed_calls_and_receives_with_closed) {
    const auto tested = started({.shards = 1, .stop_grace = 10s});
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    const auto receiving = [](serve_end calls) -> task<errc> {
        auto got = co_await calls.receive_with_timeout(1h);
        const errc first = got ? errc{} : got.error();
        auto again = co_await calls.receive_with_timeout(1h); // the runtime stops already
        co_return again || again.error() != first ? errc{} : first;
    };
    auto waiting = tested->spawn(receiving(server));
    while (timers_of(*tested) != 1) std::this_thread::yield();
    auto [other_client, other_server] = boundary::channel<int, int>(1);
    auto asking = tested->spawn(ask_for(other_client, 1h, 1));
    while (timers_of(*tested) != 2) std::this_thread::yield();
    tested->stop();
    EXPECT_EQ(std::move(waiting).get(), errc::closed);
    EXPECT_EQ(std::move(asking).get(), std::unexpected(errc::closed));
    // The channels are as they were.
    there->spawn(ask_for(client, 1h, 5)).detach();
    EXPECT_EQ(*std::move(there->spawn(receive_one(server))).get(), 5);
}

TEST(R46, frames_that_wait_with_a_limit_can_be_destroyed_by_the_stop) {
    for (int round = 0; round < 30; ++round) {
        auto tested = started({.shards = 2, .stop_grace = 0ms});
        const auto there = started({.shards = 1});
        auto [client, server] = boundary::channel<int, int>(1);
        const auto restless = [](call_end service, serve_end calls) -> task<> {
            for (;;) {
                (void)co_await calls.receive_with_timeout(1us);
                (void)co_await service.call_with_timeout(1us, 1);
                co_await yield();
            }
        };
        for (int i = 0; i < 4; ++i) tested->spawn(restless(client, server)).detach();
        while (tested->stats().total().timers_fired == 0) std::this_thread::yield();
        tested.reset();
        there->spawn(ask_for(client, 1h, 5)).detach();
        EXPECT_EQ(*std::move(there->spawn(receive_one(server))).get(), 5);
    }
}

} // namespace
} // namespace spargio
