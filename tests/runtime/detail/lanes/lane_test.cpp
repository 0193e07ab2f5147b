#include <spargio/detail/lanes/lane.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace spargio::detail {
namespace {

std::vector<message> numbered(std::uint64_t first, std::size_t count) {
    std::vector<message> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back({static_cast<std::uint32_t>(first + i), first + i});
    return made;
}

TEST(R16, a_lane_gives_back_what_was_put_in_order) {
    lane tested(8);
    ASSERT_EQ(tested.push(numbered(0, 5)), 5u);
    message got;
    for (std::uint64_t i = 0; i < 5; ++i) {
        ASSERT_TRUE(tested.pop(got));
        EXPECT_EQ(got.value, i);
        EXPECT_EQ(got.tag, i);
    }
    EXPECT_FALSE(tested.pop(got));
}

TEST(R16, a_lane_is_bounded_and_says_how_much_it_took) {
    lane tested(4);
    EXPECT_EQ(tested.push(numbered(0, 6)), 4u);
    EXPECT_EQ(tested.push(numbered(4, 1)), 0u);
    message got;
    ASSERT_TRUE(tested.pop(got));
    EXPECT_EQ(tested.push(numbered(4, 2)), 1u);
    for (std::uint64_t i = 1; i <= 4; ++i) {
        ASSERT_TRUE(tested.pop(got));
        EXPECT_EQ(got.value, i);
    }
}

TEST(R16, a_lane_keeps_order_over_many_laps_at_every_capacity) {
    for (const std::size_t capacity : {1u, 2u, 4u, 64u}) {
        lane tested(capacity);
        std::uint64_t put = 0;
        std::uint64_t taken = 0;
        while (taken < 1000) {
            put += tested.push(numbered(put, 3));
            message got;
            for (int i = 0; i < 2 && tested.pop(got); ++i) ASSERT_EQ(got.value, taken++) << capacity;
        }
    }
}

TEST(R16, two_threads_lose_and_double_nothing) {
    lane tested(16);
    constexpr std::uint64_t count = 200'000;
    std::thread producer([&] {
        for (std::uint64_t sent = 0; sent < count;) {
            const auto accepted =
                tested.push(numbered(sent, std::min<std::uint64_t>(1 + sent % 5, count - sent)));
            if (accepted == 0) std::this_thread::yield();
            sent += accepted;
        }
    });
    for (std::uint64_t expected = 0; expected < count;) {
        message got;
        if (!tested.pop(got)) {
            std::this_thread::yield();
            continue;
        }
        EXPECT_EQ(got.value, expected++);
        if (testing::Test::HasFailure()) break;
    }
    producer.join();
}

TEST(R18, a_producer_that_asked_is_told_about_progress) {
    lane tested(4);
    (void)tested.push(numbered(0, 2));
    message got;
    ASSERT_TRUE(tested.pop(got));
    EXPECT_FALSE(tested.producer_wants_progress());
    tested.want_progress(true);
    ASSERT_TRUE(tested.pop(got));
    EXPECT_TRUE(tested.producer_wants_progress());
    EXPECT_EQ(tested.taken(), tested.pushed());
}

} // namespace
} // namespace spargio::detail
