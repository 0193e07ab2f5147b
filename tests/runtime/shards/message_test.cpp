#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace spargio {
namespace {

task<std::uint64_t> receive_numbers(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto got = co_await this_shard::next_event();
        if (!got || got->value != i || got->tag != 7 || got->source != 0) co_return i;
    }
    co_return count;
}

task<std::uint64_t> send_numbers(std::uint64_t count) {
    const auto target = this_shard::remote(1);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto sent = co_await target.send(7, i);
        if (!sent) co_return i;
    }
    co_return count;
}

class P2 : public testing::TestWithParam<runtime_options> {};

TEST_P(P2, messages_of_a_pair_arrive_in_order_and_each_once) {
    constexpr std::uint64_t count = 50'000;
    const auto body = []() -> task<std::uint64_t> {
        auto receiver = spawn(receive_numbers(count), pinned{1});
        auto sender = spawn(send_numbers(count), pinned{0});
        const auto sent = co_await std::move(sender);
        const auto received = co_await std::move(receiver);
        co_return sent + received;
    };
    EXPECT_EQ(run(GetParam(), body), 2 * count);
}

INSTANTIATE_TEST_SUITE_P(
    with, P2,
    testing::Values(runtime_options{.shards = 2},
                    runtime_options{.shards = 2, .spin = std::chrono::microseconds(0)},
                    runtime_options{.shards = 2, .lane_capacity = 1},
                    runtime_options{.shards = 2, .lane_capacity = 1, .spin = std::chrono::microseconds(0)},
                    runtime_options{.shards = 4, .lane_capacity = 4}));

TEST(R17, post_never_waits_and_says_overloaded_when_the_lane_is_full) {
    const auto body = []() -> task<std::vector<errc>> {
        std::vector<errc> answers;
        const auto target = this_shard::remote(1);
        for (std::uint64_t i = 0; i < 4; ++i) {
            const auto accepted = target.post(0, i);
            answers.push_back(accepted ? errc{} : accepted.error());
        }
        co_return answers;
    };
    EXPECT_EQ(run_on({.shards = 2, .lane_capacity = 2}, 0, body),
              (std::vector{errc{}, errc{}, errc::overloaded, errc::overloaded}));
}

TEST(R17, post_many_says_how_many_were_accepted) {
    const auto body = []() -> task<std::size_t> {
        const std::vector<message> batch(10, message{1, 1});
        co_return this_shard::remote(1).post_many(batch).value() * 10 +
            this_shard::remote(1).post_many(batch).value();
    };
    EXPECT_EQ(run_on({.shards = 2, .lane_capacity = 8}, 0, body), 80u);
}

TEST(R17, a_batch_rings_at_most_one_bell) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto body = []() -> task<> {
        const std::vector<message> batch(100, message{1, 1});
        (void)this_shard::remote(1).post_many(batch);
        co_return;
    };
    auto handle = (*started)->spawn(body(), pinned{0});
    std::move(handle).get();
    EXPECT_LE((*started)->stats(0).bells_sent, 1u);
    EXPECT_EQ((*started)->stats(0).messages_sent, 100u);
}

TEST(R17, post_after_the_stop_says_closed) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    const auto body = [](runtime_handle self) -> task<errc> {
        self.stop();
        const auto answer = this_shard::remote(0).post(0, 0);
        co_return answer ? errc{} : answer.error();
    };
    auto handle = (*started)->spawn(body((*started)->handle()));
    EXPECT_EQ(std::move(handle).get(), errc::closed);
}

TEST(R17, a_send_that_waits_for_room_can_be_cancelled) {
    auto started = runtime::start({.shards = 2, .lane_capacity = 1});
    ASSERT_TRUE(started.has_value());
    const auto body = []() -> task<errc> {
        const auto target = this_shard::remote(1);
        for (;;) {
            const auto sent = co_await target.send(0, 0); // nobody receives: the second one waits
            if (!sent) co_return sent.error();
        }
    };
    auto handle = (*started)->spawn(body(), pinned{0});
    handle.cancel();
    EXPECT_EQ(std::move(handle).get(), errc::canceled);
}

TEST(R17, a_shard_may_send_to_itself) {
    const auto body = []() -> task<std::uint64_t> {
        auto receiver = spawn(receive_numbers(100), pinned{0});
        const auto self = this_shard::remote(0);
        for (std::uint64_t i = 0; i < 100; ++i) (void)co_await self.send(7, i);
        const auto received = co_await std::move(receiver);
        co_return received;
    };
    EXPECT_EQ(run_on({.shards = 1, .lane_capacity = 4}, 0, body), 100u);
}

task<std::uint64_t> take_slowly(std::uint64_t count, std::atomic<std::uint64_t>& taken) {
    for (std::uint64_t i = 0; i < count; ++i) {
        for (int pause = 0; pause < 10; ++pause) co_await yield();
        const auto got = co_await this_shard::next_event();
        if (!got) co_return i;
        taken.fetch_add(1);
    }
    co_return count;
}

TEST(R18, a_flush_completes_when_every_earlier_message_has_been_taken) {
    for (const auto spin : {std::chrono::microseconds(0), std::chrono::microseconds(50)}) {
        std::atomic<std::uint64_t> taken{0};
        const auto body = [&]() -> task<std::uint64_t> {
            auto receiver = spawn(take_slowly(300, taken), pinned{1});
            const auto target = this_shard::remote(1);
            std::uint64_t least = 300;
            for (std::uint64_t i = 1; i <= 300; ++i) {
                (void)co_await target.send(0, i);
                if (i % 50 != 0) continue;
                auto all_taken = this_shard::flush();
                const auto flushed = co_await all_taken;
                // The last one is counted just after it was taken.
                if (!flushed || taken.load() + 1 < i) least = 0;
            }
            const auto received = co_await std::move(receiver);
            co_return std::min(least, received);
        };
        EXPECT_EQ(run_on({.shards = 2, .spin = spin}, 0, body), 300u);
    }
}

TEST(R18, a_flush_with_nothing_sent_completes_at_once) {
    const auto body = []() -> task<bool> {
        auto nothing = this_shard::flush();
        const auto flushed = co_await nothing;
        co_return flushed.has_value();
    };
    EXPECT_TRUE(run_on({.shards = 2}, 0, body));
}

TEST(R21, tasks_that_wait_for_events_are_served_in_order_of_arrival) {
    std::vector<std::uint64_t> order;
    const auto waiter = [](std::vector<std::uint64_t>& into, std::uint64_t number) -> task<> {
        const auto got = co_await this_shard::next_event();
        into.push_back(number * 100 + got.value().value);
    };
    const auto body = [&]() -> task<> {
        std::vector<join_handle<>> waiting;
        for (std::uint64_t i = 0; i < 3; ++i) waiting.push_back(spawn(waiter(order, i), pinned{0}));
        co_await yield();
        for (std::uint64_t i = 0; i < 3; ++i) (void)this_shard::remote(0).post(0, i);
        for (auto& each : waiting) co_await std::move(each);
    };
    run_on({.shards = 1}, 0, body);
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector<std::uint64_t>{0, 101, 202}));
}

} // namespace
} // namespace spargio
