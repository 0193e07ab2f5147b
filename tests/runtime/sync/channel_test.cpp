#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

task<std::uint64_t> produce(channel<std::uint64_t>& into, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
        if (!co_await into.send(first + i)) co_return i;
    co_return count;
}

task<std::uint64_t> consume(channel<std::uint64_t>& from, std::uint64_t count) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto got = co_await from.receive();
        if (!got) break;
        sum += *got;
    }
    co_return sum;
}

class R20 : public testing::TestWithParam<std::size_t> {};

TEST_P(R20, several_senders_and_receivers_on_two_shards_lose_nothing) {
    constexpr std::uint64_t count = 10'000;
    const auto body = [](std::size_t capacity) -> task<std::uint64_t> {
        channel<std::uint64_t> values(capacity);
        std::vector<join_handle<std::uint64_t>> sides;
        for (std::uint32_t side = 0; side < 2; ++side) {
            sides.push_back(spawn(produce(values, side * count, count), pinned{side}));
            sides.push_back(spawn(consume(values, count), pinned{1 - side}));
        }
        std::uint64_t total = 0;
        for (auto& side : sides) total += co_await std::move(side);
        co_return total;
    };
    // What the consumers summed up and what the producers count as sent.
    constexpr std::uint64_t all = 2 * count;
    EXPECT_EQ(run({.shards = 2}, [&] { return body(GetParam()); }), all * (all - 1) / 2 + all);
}

INSTANTIATE_TEST_SUITE_P(of_capacity, R20, testing::Values(1, 2, 64));

TEST(R20, order_is_kept_between_one_sender_and_one_receiver) {
    const auto body = []() -> task<bool> {
        channel<std::uint64_t> values(3);
        auto sender = spawn(produce(values, 0, 5000));
        bool in_order = true;
        for (std::uint64_t i = 0; i < 5000; ++i) {
            const auto got = co_await values.receive();
            in_order = in_order && got && *got == i;
        }
        co_await std::move(sender);
        co_return in_order;
    };
    EXPECT_TRUE(run({.shards = 2}, body));
}

TEST(R20, closing_gives_receivers_what_is_left_and_senders_the_error) {
    const auto body = []() -> task<std::vector<int>> {
        std::vector<int> seen;
        channel<int> values(2);
        (void)co_await values.send(1);
        (void)co_await values.send(2);
        values.close();
        const auto refused = co_await values.send(3);
        seen.push_back(refused ? 0 : static_cast<int>(refused.error()));
        for (int i = 0; i < 3; ++i) {
            const auto got = co_await values.receive();
            seen.push_back(got ? *got : -static_cast<int>(got.error()));
        }
        co_return seen;
    };
    EXPECT_EQ(run({.shards = 1}, body), (std::vector{1, 1, 2, -1}));
}

TEST(R20, closing_wakes_those_who_wait) {
    const auto waiter = [](channel<int>& values) -> task<bool> {
        const auto got = co_await values.receive();
        co_return !got && got.error() == errc::closed;
    };
    const auto body = [&]() -> task<bool> {
        channel<int> values(1);
        auto waiting = spawn(waiter(values));
        co_await yield();
        values.close();
        const bool closed = co_await std::move(waiting);
        co_return closed;
    };
    EXPECT_TRUE(run({.shards = 2}, body));
}

TEST(R20, a_cancelled_receive_takes_no_value) {
    const auto waiter = [](channel<int>& values) -> task<bool> {
        const auto got = co_await values.receive();
        co_return !got && got.error() == errc::canceled;
    };
    const auto body = [&]() -> task<int> {
        channel<int> values(1);
        for (int i = 0; i < 500; ++i) {
            auto waiting = spawn(waiter(values), pinned{1});
            if (i % 2 == 0) co_await yield();
            waiting.cancel();
            const bool canceled = co_await std::move(waiting);
            if (!canceled) co_return -1;
        }
        (void)co_await values.send(9);
        const auto got = co_await values.receive();
        co_return *got;
    };
    EXPECT_EQ(run({.shards = 2}, body), 9);
}

TEST(R11, a_task_that_always_finds_its_channel_ready_gives_way) {
    // The task sends to itself and takes what it has sent, so neither end ever waits. A closed channel answers
    // at once too, and there everything goes through the lock.
    for (const bool through_the_lock : {false, true}) {
        constexpr int rounds = 20'000;
        int since = 0;
        int most = 0;
        bool over = false;
        const auto busy = [&](channel<int>& values) -> task<> {
            for (int i = 0; i < rounds; ++i) {
                (void)co_await values.send(i);
                (void)co_await values.receive();
                most = std::max(most, ++since);
            }
            over = true;
        };
        const auto others = [&]() -> task<> {
            while (!over) {
                since = 0;
                co_await yield();
            }
        };
        const auto drain = [&](channel<int>& closed) -> task<> { // answers at once, for ever
            for (int i = 0; i < rounds; ++i) {
                (void)co_await closed.receive();
                most = std::max(most, ++since);
            }
            over = true;
        };
        const auto body = [&]() -> task<> {
            channel<int> values(4);
            if (through_the_lock) values.close();
            auto first = through_the_lock ? spawn(drain(values), pinned{0}) : spawn(busy(values), pinned{0});
            auto second = spawn(others(), pinned{0});
            co_await std::move(first);
            co_await std::move(second);
        };
        run_on({.shards = 1}, 0, body);
        EXPECT_LE(most, 2 * 257) << through_the_lock;
    }
}

/// Threads that are no shards try at both ends while tasks on two shards wait at both, until it is closed.
TEST(R20, threads_that_try_and_tasks_that_wait_share_a_channel_and_lose_nothing) {
    for (const std::size_t capacity : {std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
        constexpr std::uint64_t count = 5'000;
        channel<std::uint64_t> values(capacity);
        std::atomic<std::uint64_t> taken{0};
        std::atomic<std::uint64_t> sum{0};
        const auto note = [&](std::uint64_t value) {
            sum += value;
            if (++taken == 4 * count) values.close();
        };
        const auto take = [&]() -> task<> {
            for (;;) {
                const auto got = co_await values.receive();
                if (!got) co_return;
                note(*got);
            }
        };
        const auto trying = [&](bool sends) {
            for (std::uint64_t next = 1; sends ? next <= count : true;) {
                if (sends) {
                    std::uint64_t value = next;
                    if (values.try_send(value)) ++next;
                } else if (const auto got = values.try_receive(); got) {
                    note(*got);
                } else if (got.error() == errc::closed) {
                    return;
                }
                std::this_thread::yield();
            }
        };
        auto started = runtime::start({.shards = 2});
        ASSERT_TRUE(started.has_value());
        std::vector<std::thread> threads;
        for (const bool sends : {true, true, false}) threads.emplace_back(trying, sends);
        std::vector<join_handle<std::uint64_t>> senders;
        std::vector<join_handle<>> receivers;
        for (std::uint32_t side = 0; side < 2; ++side) {
            senders.push_back((*started)->spawn(produce(values, 1, count), pinned{side}));
            receivers.push_back((*started)->spawn(take(), pinned{1 - side}));
        }
        for (auto& each : senders) EXPECT_EQ(std::move(each).get(), count);
        for (auto& each : receivers) std::move(each).get();
        for (auto& each : threads) each.join();
        EXPECT_EQ(taken, 4 * count) << capacity;
        EXPECT_EQ(sum, 4 * (count * (count + 1) / 2)) << capacity;
    }
}

TEST(R20, values_that_nobody_took_are_destroyed_with_the_channel) {
    const auto token = std::make_shared<int>(1);
    {
        channel<std::shared_ptr<int>> values(3);
        for (int i = 0; i < 4; ++i) {
            auto copy = token;
            EXPECT_EQ(values.try_send(copy).has_value(), i < 3);
        }
        EXPECT_TRUE(values.try_receive().has_value());
        EXPECT_EQ(token.use_count(), 3);
    }
    EXPECT_EQ(token.use_count(), 1);
}

TEST(R20, values_that_can_only_be_moved_travel) {
    const auto body = []() -> task<int> {
        channel<std::unique_ptr<int>> values(1);
        (void)co_await values.send(std::make_unique<int>(11));
        auto got = co_await values.receive();
        co_return **got;
    };
    EXPECT_EQ(run({.shards = 1}, body), 11);
}

} // namespace
} // namespace spargio
