// P1 P3 P16: sums of coalesced tags and messages from outside, with pauses in which the receiver sleeps. None
// is lost, and no wake-up either.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace stress {
namespace {

using namespace spargio;

constexpr std::uint32_t count_tag = 3;
constexpr std::uint32_t plain_tag = 1;
constexpr std::uint32_t threads = 2;

struct count_case {
    std::string name;
    std::string tier;
    unsigned shards;
    unsigned spin_us;
    std::uint32_t gap_steps;
    std::uint64_t each;
};

class P3_counts : public ::testing::TestWithParam<count_case> {
protected:
    P3_counts() : tier_(GetParam().tier) {}
    void SetUp() override {
        auto started = runtime::start({.shards = GetParam().shards,
                                       .injection_capacity = 64,
                                       .coalesced_hot_tags = {count_tag},
                                       .hot_counter_wake_threshold = 16,
                                       .spin = std::chrono::microseconds(GetParam().spin_us)});
        ASSERT_TRUE(started.has_value()) << started.error().message;
        on_ = std::move(*started);
    }

    forced_tier tier_;
    std::unique_ptr<runtime> on_;
};

/// Sums up until nothing is missing. Every sum counts, so one that is lost or doubled shows at the end.
task<> sum_up(std::uint64_t expected, std::atomic<std::uint64_t>& sum, finish_line& line) {
    while (sum.load() < expected) {
        const auto more = co_await this_shard::next_hot_count(count_tag);
        if (!more) co_return;
        sum.fetch_add(*more);
    }
    line.arrive();
}

task<> add_up(std::uint64_t each, std::uint32_t gap_steps) {
    dice random(this_shard::id() + 1);
    const auto target = this_shard::remote(0);
    for (std::uint64_t i = 0; i < each; ++i) {
        work(random.roll(gap_steps + 1));
        const auto accepted = target.post(count_tag, 1);
        if (!accepted) co_return;
    }
}

TEST_P(P3_counts, every_count_of_shards_and_of_threads_outside_arrives) {
    const std::uint64_t each = rounds(GetParam().each);
    const std::uint64_t expected = each * (GetParam().shards - 1 + threads);
    std::atomic<std::uint64_t> sum{0};
    finish_line line(1);
    on_->spawn(sum_up(expected, sum, line), pinned{0}).detach();
    for (std::uint32_t source = 1; source < GetParam().shards; ++source)
        on_->spawn(add_up(each, GetParam().gap_steps), pinned{source}).detach();
    std::vector<std::thread> outside;
    for (std::uint32_t me = 0; me < threads; ++me)
        outside.emplace_back([me, each, handle = on_->handle(), steps = GetParam().gap_steps] {
            dice random(me + 77);
            for (std::uint64_t i = 0; i < each; ++i) {
                work(random.roll(steps + 1));
                ASSERT_TRUE(handle.post_hot_count(0, count_tag, 1).has_value());
            }
        });
    EXPECT_TRUE(line.wait([&] { return sum.load(); })) << sum.load() << " of " << expected << "\n"
                                                       << account(*on_);
    for (auto& thread : outside) thread.join();
    EXPECT_EQ(sum.load(), expected);
    std::cout << sum.load() << " counts, " << total_parks(*on_) << " parks\n";
}

/// Takes numbers of each thread in their order; the tag says whose they are.
task<> receive(std::uint64_t each, std::atomic<std::uint64_t>& received, std::atomic<bool>& in_order,
               finish_line& line) {
    std::vector<std::uint64_t> next(threads, 0);
    for (std::uint64_t i = 0; i < each * threads; ++i) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        if (!got->from_outside() || got->value != next[got->tag - plain_tag - count_tag]++) in_order = false;
        received.fetch_add(1);
    }
    line.arrive();
}

TEST_P(P3_counts, every_message_of_threads_outside_arrives_in_order) {
    const std::uint64_t each = rounds(GetParam().each);
    std::atomic<std::uint64_t> received{0};
    std::atomic<bool> in_order{true};
    finish_line line(1);
    on_->spawn(receive(each, received, in_order, line), pinned{0}).detach();
    std::vector<std::thread> outside;
    for (std::uint32_t me = 0; me < threads; ++me)
        outside.emplace_back([me, each, handle = on_->handle(), steps = GetParam().gap_steps] {
            dice random(me + 5);
            for (std::uint64_t i = 0; i < each; ++i) {
                work(random.roll(steps + 1));
                const std::uint32_t tag = plain_tag + count_tag + me;
                if (random.roll(2) == 0 && handle.post(0, tag, i)) continue;
                ASSERT_TRUE(handle.send(0, tag, i).has_value());
            }
        });
    EXPECT_TRUE(line.wait([&] { return received.load(); })) << received.load() << "\n" << account(*on_);
    if (received.load() != each * threads) on_->stop(); // lets a thread go that waits for room
    for (auto& thread : outside) thread.join();
    EXPECT_TRUE(in_order.load());
    EXPECT_EQ(received.load(), each * threads);
    std::cout << received.load() << " messages, " << total_parks(*on_) << " parks\n";
}

INSTANTIATE_TEST_SUITE_P(stress, P3_counts,
                         ::testing::Values(count_case{"short_gaps", "", 2, 0, 300, 100'000},
                                           count_case{"long_gaps", "", 2, 0, 30'000, 20'000},
                                           count_case{"spin", "", 2, 50, 300, 100'000},
                                           count_case{"four_shards", "", 4, 0, 300, 50'000},
                                           count_case{"eventfd", "no_send_msg_ring", 2, 0, 300, 30'000},
                                           count_case{"eventfd_only", "no_msg_ring", 2, 0, 300, 30'000}),
                         [](const auto& each) { return each.param.name; });

} // namespace
} // namespace stress
