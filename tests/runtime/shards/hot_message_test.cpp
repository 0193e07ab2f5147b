#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using std::chrono::microseconds;

constexpr std::uint32_t plain_tag = 1;
constexpr std::uint32_t hot_tag = 7;
constexpr std::uint32_t count_tag = 9;

runtime_options with_hot_tags(unsigned shards, unsigned lane_capacity = 64) {
    return {.shards = shards,
            .lane_capacity = lane_capacity,
            .hot_tags = {hot_tag},
            .coalesced_hot_tags = {count_tag, count_tag + 64},
            .spin = microseconds(0)};
}

TEST(R21, a_hot_message_comes_through_next_hot_event_and_a_plain_one_through_next_event) {
    const auto body = []() -> task<std::vector<std::uint64_t>> {
        const auto self = this_shard::remote(0);
        const std::vector<message> mixed{{plain_tag, 1}, {hot_tag, 2}, {plain_tag, 3}, {hot_tag, 4}};
        std::vector<std::uint64_t> seen{self.post_many(mixed).value()};
        for (int i = 0; i < 2; ++i) {
            const auto hot = co_await this_shard::next_hot_event();
            seen.push_back(hot.value().value);
        }
        for (int i = 0; i < 2; ++i) {
            const auto plain = co_await this_shard::next_event();
            seen.push_back(plain.value().value);
        }
        co_return seen;
    };
    EXPECT_EQ(run_on(with_hot_tags(1), 0, body), (std::vector<std::uint64_t>{4, 2, 4, 1, 3}));
}

TEST(R21, a_full_plain_lane_does_not_refuse_a_hot_message_nor_the_reverse) {
    const auto body = []() -> task<std::vector<errc>> {
        std::vector<errc> answers;
        const auto target = this_shard::remote(1);
        for (const std::uint32_t tag : {plain_tag, plain_tag, hot_tag, hot_tag}) {
            const auto accepted = target.post(tag, 0);
            answers.push_back(accepted ? errc{} : accepted.error());
        }
        co_return answers;
    };
    EXPECT_EQ(run_on(with_hot_tags(2, 1), 0, body),
              (std::vector{errc{}, errc::overloaded, errc{}, errc::overloaded}));
}

/// Takes plain messages until the hot one was taken, and says how many.
task<std::uint64_t> drain_until(const bool& hot_taken) {
    for (std::uint64_t count = 0;; ++count) {
        if (hot_taken) co_return count;
        const auto got = co_await this_shard::next_event();
        if (!got) co_return ~std::uint64_t{0};
    }
}

task<> take_hot(bool& taken) {
    const auto got = co_await this_shard::next_hot_event();
    taken = got.has_value();
}

task<> take_count(bool& taken) {
    const auto got = co_await this_shard::next_hot_count(count_tag);
    taken = got.has_value();
}

std::uint64_t plain_messages_before(std::uint32_t tag) {
    const auto body = [](std::uint32_t last_tag) -> task<std::uint64_t> {
        bool taken = false;
        auto hot = last_tag == hot_tag ? take_hot(taken) : take_count(taken);
        auto waiting = spawn(std::move(hot), pinned{0});
        co_await yield();
        const auto self = this_shard::remote(0);
        for (int i = 0; i < 1000; ++i) (void)self.post(plain_tag, 0);
        (void)self.post(last_tag, 1);
        auto drained = drain_until(taken);
        const auto before = co_await std::move(drained);
        co_await std::move(waiting);
        co_return before;
    };
    return run_on(with_hot_tags(1, 1024), 0, [&] { return body(tag); });
}

TEST(R21, a_flood_of_plain_messages_does_not_delay_a_hot_one) { EXPECT_LE(plain_messages_before(hot_tag), 2u); }
TEST(R22, a_flood_of_plain_messages_does_not_delay_a_sum) { EXPECT_LE(plain_messages_before(count_tag), 2u); }

task<std::uint64_t> send_hot_numbers(std::uint64_t count) {
    const auto target = this_shard::remote(1);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto sent = co_await target.send(hot_tag, i);
        if (!sent) co_return i;
    }
    auto ticket = this_shard::flush();
    const auto flushed = co_await ticket;
    co_return flushed ? count : 0;
}

task<std::uint64_t> receive_hot_numbers(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto got = co_await this_shard::next_hot_event();
        if (!got || got->value != i || got->tag != hot_tag || got->source != 0) co_return i;
    }
    co_return count;
}

TEST(P2, hot_messages_of_a_pair_arrive_in_order_and_each_once_and_a_flush_waits_for_them) {
    for (const unsigned capacity : {1u, 64u})
        for (const auto spin : {microseconds(0), microseconds(50)}) {
            constexpr std::uint64_t count = 20'000;
            auto options = with_hot_tags(2, capacity);
            options.spin = spin;
            const auto body = []() -> task<std::uint64_t> {
                auto receiver = spawn(receive_hot_numbers(count), pinned{1});
                auto sender = spawn(send_hot_numbers(count), pinned{0});
                const auto sent = co_await std::move(sender);
                const auto received = co_await std::move(receiver);
                co_return sent + received;
            };
            EXPECT_EQ(run(options, body), 2 * count);
        }
}

/// Whether each way of waiting ends as it should when the task is cancelled (or the runtime stops).
template <class Make>
errc end_of_wait(Make make, bool stop) {
    auto started = runtime::start(with_hot_tags(2));
    const auto body = [](Make make) -> task<errc> {
        auto waiting = make();
        const auto got = co_await waiting;
        co_return got ? errc{} : got.error();
    };
    auto handle = (*started)->spawn(body(make), pinned{1});
    while ((*started)->stats(1).parks == 0) std::this_thread::yield();
    if (stop)
        (*started)->stop();
    else
        handle.cancel();
    return std::move(handle).get();
}

TEST(R21, waiting_for_a_hot_message_ends_by_cancellation_and_by_the_stop) {
    EXPECT_EQ(end_of_wait(&this_shard::next_hot_event, false), errc::canceled);
    EXPECT_EQ(end_of_wait(&this_shard::next_hot_event, true), errc::closed);
}

TEST(R22, waiting_for_a_sum_ends_by_cancellation_and_by_the_stop) {
    const auto wait = [] { return this_shard::next_hot_count(count_tag); };
    EXPECT_EQ(end_of_wait(wait, false), errc::canceled);
    EXPECT_EQ(end_of_wait(wait, true), errc::closed);
}

TEST(R22, posts_are_summed_up_for_each_tag_and_a_full_lane_does_not_refuse_them) {
    const auto body = []() -> task<std::vector<std::uint64_t>> {
        const auto self = this_shard::remote(0);
        std::vector<std::uint64_t> seen;
        for (std::uint64_t i = 1; i <= 100; ++i) {
            seen.push_back(self.post(count_tag, i).has_value());
            (void)self.post(plain_tag, i); // one fits, the others don't
        }
        const std::vector<message> batch{{count_tag, 1000}, {count_tag + 64, 3}, {count_tag, 1}};
        seen.push_back(self.post_many(batch).value());
        const std::uint64_t accepted = std::ranges::count(seen, 1u);
        const auto sum = co_await this_shard::next_hot_count(count_tag);
        const auto other = this_shard::try_take_hot_count(count_tag + 64);
        const auto none = this_shard::try_take_hot_count(count_tag);
        co_return std::vector<std::uint64_t>{accepted, seen.back(), sum.value(), other, none};
    };
    EXPECT_EQ(run_on(with_hot_tags(1, 1), 0, body), (std::vector<std::uint64_t>{100, 3, 5050 + 1001, 3, 0}));
}

TEST(R22, a_sum_has_64_bits) {
    const auto body = []() -> task<std::uint64_t> {
        const auto self = this_shard::remote(0);
        for (int i = 0; i < 3; ++i) (void)self.post(count_tag, std::uint64_t{1} << 62);
        const auto sum = co_await this_shard::next_hot_count(count_tag);
        co_return sum.value();
    };
    EXPECT_EQ(run_on(with_hot_tags(1), 0, body), 3 * (std::uint64_t{1} << 62));
}

task<std::uint64_t> add_ones(std::uint64_t count) {
    const auto target = this_shard::remote(0);
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!target.post(count_tag, 1)) co_return i;
        if (i % 64 == 0) co_await yield();
    }
    co_return count;
}

TEST(R22, the_sums_of_several_sources_come_as_one_and_none_is_lost) {
    constexpr std::uint64_t each = 30'000;
    for (const auto spin : {microseconds(0), microseconds(50)}) {
        const auto body = []() -> task<std::uint64_t> {
            std::vector<join_handle<std::uint64_t>> sources;
            for (std::uint32_t i = 0; i < 3; ++i) sources.push_back(spawn(add_ones(each), pinned{i}));
            std::uint64_t sum = 0;
            while (sum < 3 * each) {
                const auto more = co_await this_shard::next_hot_count(count_tag);
                if (!more || *more == 0) break;
                sum += *more;
            }
            for (auto& source : sources) co_await std::move(source);
            co_return sum;
        };
        auto options = with_hot_tags(3);
        options.spin = spin;
        EXPECT_EQ(run_on(options, 0, body), 3 * each);
    }
}

TEST(R22, of_tasks_that_wait_for_one_tag_the_first_takes_the_sum) {
    const auto waiter = [](std::vector<std::uint64_t>& into) -> task<> {
        const auto sum = co_await this_shard::next_hot_count(count_tag);
        into.push_back(sum.value_or(0));
    };
    std::vector<std::uint64_t> seen;
    const auto body = [&]() -> task<> {
        std::vector<join_handle<>> waiting;
        for (int i = 0; i < 2; ++i) waiting.push_back(spawn(waiter(seen), pinned{0}));
        co_await yield();
        const auto self = this_shard::remote(0);
        for (const std::uint64_t value : {5u, 6u}) {
            (void)self.post(count_tag, value);
            (void)self.post(count_tag, value);
            while (seen.size() != value - 4) co_await yield();
        }
        for (auto& each : waiting) co_await std::move(each);
    };
    run_on(with_hot_tags(1), 0, body);
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{10, 12}));
}

/// Posts to shard 1, where nobody takes the sum, each value once that shard sleeps; says how many bells rang.
std::uint64_t bells_for(std::vector<std::uint64_t> values, unsigned threshold) {
    auto options = with_hot_tags(2);
    options.hot_counter_wake_threshold = threshold;
    options.steal_budget = 0;
    auto started = runtime::start(options);
    const auto post = [](std::uint64_t value) -> task<> {
        (void)this_shard::remote(1).post(count_tag, value);
        co_return;
    };
    std::uint64_t parks = 0;
    for (const std::uint64_t value : values) {
        const auto before = (*started)->stats(0).bells_sent;
        while ((*started)->stats(1).parks == parks) std::this_thread::yield();
        auto handle = (*started)->spawn(post(value), pinned{0});
        std::move(handle).get();
        if ((*started)->stats(0).bells_sent != before) ++parks; // it wakes, and will sleep once more
    }
    EXPECT_EQ((*started)->stats(0).messages_coalesced, values.size());
    return (*started)->stats(0).bells_sent;
}

TEST(R22, a_sleeping_shard_is_woken_where_a_sum_begins_and_where_it_reaches_the_threshold) {
    EXPECT_EQ(bells_for({1}, 0), 1u);
    EXPECT_EQ(bells_for({1, 1, 1, 1, 1}, 0), 1u);
    EXPECT_EQ(bells_for({1, 1, 1, 1, 1}, 4), 2u);
    EXPECT_EQ(bells_for({1, 100, 100}, 4), 2u);
    EXPECT_EQ(bells_for({100, 100}, 4), 1u);
    EXPECT_EQ(bells_for({0, 0}, 4), 0u);
}

} // namespace
} // namespace spargio
