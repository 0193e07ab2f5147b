#include <spargio/detail/lanes/injection_queue.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using std::chrono::microseconds;

TEST(P4, an_injection_queue_refuses_what_does_not_fit_and_takes_it_when_there_is_room) {
    for (const std::size_t capacity : {1u, 2u, 8u}) {
        detail::injection_queue queue(capacity);
        std::uint64_t pushed = 0;
        std::uint64_t popped = 0;
        for (int lap = 0; lap < 5; ++lap) {
            for (std::size_t i = 0; i < capacity; ++i) EXPECT_TRUE(queue.push({1, pushed++}));
            EXPECT_FALSE(queue.push({1, pushed}));
            message taken;
            for (std::size_t i = 0; i < capacity; ++i) {
                EXPECT_FALSE(queue.empty());
                ASSERT_TRUE(queue.pop(taken));
                EXPECT_EQ(taken.value, popped++);
            }
            EXPECT_FALSE(queue.pop(taken));
            EXPECT_TRUE(queue.empty_before_sleep());
        }
        EXPECT_EQ(queue.taken_so_far(), 5 * capacity);
    }
}

struct outside_case {
    const char* tier;
    unsigned injection_capacity;
    microseconds spin;
};

class P16_outside : public testing::TestWithParam<outside_case> {
protected:
    void SetUp() override {
        if (*GetParam().tier != 0) ::setenv("SPARGIO_TIER", GetParam().tier, 1);
    }
    void TearDown() override { ::unsetenv("SPARGIO_TIER"); }

    [[nodiscard]] runtime_options options() const {
        return {.shards = 2,
                .injection_capacity = GetParam().injection_capacity,
                .hot_tags = {7},
                .coalesced_hot_tags = {9},
                .spin = GetParam().spin};
    }
};

constexpr std::uint32_t threads = 3;

/// Takes what all threads send, and says how many came in the order of their thread.
task<std::uint64_t> receive_from_threads(std::uint64_t each) {
    std::vector<std::uint64_t> next(threads, 0);
    for (std::uint64_t count = 0; count < threads * each; ++count) {
        const auto got = co_await this_shard::next_event();
        if (!got || !got->from_outside() || got->value != next[got->tag]++) co_return count;
    }
    co_return threads* each;
}

TEST_P(P16_outside, messages_of_a_foreign_thread_arrive_in_order_and_each_once) {
    constexpr std::uint64_t each = 10'000;
    auto started = runtime::start(options());
    ASSERT_TRUE(started.has_value()) << started.error().message;
    auto received = (*started)->spawn(receive_from_threads(each), pinned{1});
    std::vector<std::thread> outside;
    for (std::uint32_t me = 0; me < threads; ++me)
        outside.emplace_back([me, handle = (*started)->handle()] {
            for (std::uint64_t i = 0; i < each; ++i) {
                // Whoever waits for room with `send` must not fall behind one that only tries.
                while (i % 2 == 0) {
                    const auto accepted = handle.post(1, me, i);
                    if (accepted) break;
                    ASSERT_EQ(accepted.error(), errc::overloaded);
                    std::this_thread::yield();
                }
                if (i % 2 == 0) continue;
                const auto sent = handle.send(1, me, i);
                ASSERT_TRUE(sent.has_value());
            }
        });
    for (auto& thread : outside) thread.join();
    EXPECT_EQ(std::move(received).get(), threads * each);
}

TEST_P(P16_outside, counts_of_foreign_threads_add_up) {
    constexpr std::uint64_t each = 10'000;
    auto started = runtime::start(options());
    ASSERT_TRUE(started.has_value()) << started.error().message;
    const auto sum_up = []() -> task<std::uint64_t> {
        std::uint64_t sum = 0;
        while (sum < 2 * threads * each) {
            const auto more = co_await this_shard::next_hot_count(9);
            if (!more) break;
            sum += *more;
        }
        co_return sum;
    };
    auto summed = (*started)->spawn(sum_up(), pinned{1});
    std::vector<std::thread> outside;
    for (std::uint32_t me = 0; me < threads; ++me)
        outside.emplace_back([handle = (*started)->handle()] {
            for (std::uint64_t i = 0; i < each; ++i) {
                ASSERT_TRUE(handle.post_hot_count(1, 9, 1).has_value());
                ASSERT_TRUE(handle.post(1, 9, 1).has_value());
            }
        });
    for (auto& thread : outside) thread.join();
    EXPECT_EQ(std::move(summed).get(), 2 * threads * each);
}

INSTANTIATE_TEST_SUITE_P(on, P16_outside,
                         testing::Values(outside_case{"", 4096, microseconds(0)},
                                         outside_case{"", 4096, microseconds(50)},
                                         outside_case{"", 1, microseconds(0)},
                                         outside_case{"no_send_msg_ring", 16, microseconds(0)},
                                         outside_case{"no_msg_ring", 16, microseconds(0)}));

TEST(R23, a_post_from_outside_never_waits_and_says_overloaded_when_the_queue_is_full) {
    auto started = runtime::start({.shards = 1, .injection_capacity = 2, .hot_tags = {7}});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    std::vector<errc> answers;
    for (const std::uint32_t tag : {0u, 0u, 0u, 7u, 7u, 7u}) {
        const auto accepted = handle.post(0, tag, 1);
        answers.push_back(accepted ? errc{} : accepted.error());
    }
    EXPECT_EQ(answers, (std::vector{errc{}, errc{}, errc::overloaded, errc{}, errc{}, errc::overloaded}));
}

TEST(R23, a_hot_message_from_outside_comes_through_next_hot_event) {
    auto started = runtime::start({.shards = 1, .hot_tags = {7}, .spin = microseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto take = []() -> task<std::uint64_t> {
        const auto got = co_await this_shard::next_hot_event();
        co_return got.value().from_outside() ? got->value : 0;
    };
    auto taken = (*started)->spawn(take(), pinned{0});
    (void)(*started)->handle().post(0, 6, 1);
    (void)(*started)->handle().post(0, 7, 2);
    EXPECT_EQ(std::move(taken).get(), 2u);
}

TEST(R23, a_count_for_a_tag_that_is_not_coalesced_is_refused) {
    auto started = runtime::start({.shards = 1, .coalesced_hot_tags = {9}});
    ASSERT_TRUE(started.has_value());
    const auto refused = (*started)->handle().post_hot_count(0, 8, 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), errc::does_not_fit);
}

TEST(R23, a_thread_that_waits_for_room_is_let_go_by_the_stop) {
    for (int round = 0; round < 50; ++round) {
        auto started = runtime::start({.shards = 1, .injection_capacity = 1});
        ASSERT_TRUE(started.has_value());
        errc answer{};
        std::thread outside([&answer, handle = (*started)->handle()] {
            for (;;) {
                const auto sent = handle.send(0, 0, 0);
                if (sent) continue;
                answer = sent.error();
                return;
            }
        });
        if (round % 2 == 0) std::this_thread::yield();
        started->reset();
        outside.join();
        EXPECT_EQ(answer, errc::closed);
    }
}

TEST(R23, after_the_stop_everything_from_outside_is_answered_with_closed) {
    auto started = runtime::start({.shards = 2, .coalesced_hot_tags = {9}});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    started->reset();
    for (const auto& answer : {handle.post(1, 1, 1), handle.send(1, 1, 1), handle.post_hot_count(1, 9, 1)}) {
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error(), errc::closed);
    }
}

} // namespace
} // namespace spargio
