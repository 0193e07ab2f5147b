#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spargio {
namespace {

struct moved {
    static constexpr std::uint32_t tag = 7;
    std::uint32_t key;
    std::uint32_t owner;
    [[nodiscard]] std::uint64_t encode() const noexcept { return std::uint64_t{key} << 32 | owner; }
    static moved decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(bits)};
    }
};

struct grown {
    static constexpr std::uint32_t tag = 8;
    std::int64_t by;
    [[nodiscard]] std::uint64_t encode() const noexcept { return static_cast<std::uint64_t>(by); }
    static grown decode(std::uint64_t bits) noexcept { return {static_cast<std::int64_t>(bits)}; }
};

struct too_big {
    static constexpr std::uint32_t tag = 9;
    std::string text;
};

static_assert(ring_message<moved> && ring_message<grown>);
static_assert(!ring_message<too_big>, "what can't be packed into 64 bits is refused at compile time");
static_assert(!ring_message<int>);
static_assert(!detail::tags_differ<moved, grown, moved>(),
              "two handlers of one tag are refused at compile time");

task<std::string> hear(int count) {
    std::string heard;
    for (int i = 0; i < count; ++i) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return heard;
        const bool known = handle(
            *got,
            [&](const moved& message) {
                heard += "moved " + std::to_string(message.key) + " to " + std::to_string(message.owner) + "; ";
            },
            [&](const grown& message) { heard += "grown by " + std::to_string(message.by) + "; "; });
        if (!known) heard += "tag " + std::to_string(got->tag) + "; ";
    }
    co_return heard;
}

TEST(R20, typed_messages_arrive_as_what_they_were_and_in_order) {
    const auto body = []() -> task<std::string> {
        auto hearer = spawn(hear(4), pinned{1});
        const auto to = this_shard::remote(1);
        EXPECT_TRUE(post(to, moved{4'000'000'000u, 2}).has_value());
        const auto sent = co_await send(to, grown{-5});
        EXPECT_TRUE(sent.has_value());
        EXPECT_TRUE(to.post(3, 1).has_value()); // of no type
        EXPECT_TRUE(post(to, moved{1, 0}).has_value());
        co_return co_await std::move(hearer);
    };
    EXPECT_EQ(run_on({.shards = 2}, 0, body), "moved 4000000000 to 2; grown by -5; tag 3; moved 1 to 0; ");
}

TEST(R20, a_typed_post_to_a_full_lane_is_refused_and_the_message_does_not_arrive) {
    const auto body = []() -> task<std::string> {
        const auto to = this_shard::remote(0);
        EXPECT_TRUE(post(to, moved{1, 1}).has_value());
        EXPECT_EQ(post(to, moved{2, 2}), status(std::unexpected(errc::overloaded)));
        auto hearer = spawn(hear(1), pinned{0});
        const std::string first = co_await std::move(hearer);
        EXPECT_TRUE(post(to, grown{3}).has_value());
        auto again = spawn(hear(1), pinned{0});
        co_return first + co_await std::move(again);
    };
    EXPECT_EQ(run_on({.shards = 1, .lane_capacity = 1}, 0, body), "moved 1 to 1; grown by 3; ");
}

TEST(R20, a_channel_takes_and_gives_without_waiting_and_says_why_not) {
    const auto body = []() -> task<> {
        channel<std::string> pipe(1);
        EXPECT_EQ(pipe.try_receive(), std::unexpected(errc::would_block));
        std::string first = "first";
        EXPECT_TRUE(pipe.try_send(first).has_value());
        std::string second = "second";
        EXPECT_EQ(pipe.try_send(second), status(std::unexpected(errc::overloaded)));
        EXPECT_EQ(second, "second") << "a value that is refused stays the caller's";
        EXPECT_EQ(pipe.try_receive(), "first");
        pipe.close();
        EXPECT_EQ(pipe.try_send(second), status(std::unexpected(errc::closed)));
        EXPECT_EQ(pipe.try_receive(), std::unexpected(errc::closed));
        co_return;
    };
    run({.shards = 1}, body);
}

TEST(R20, values_tried_into_a_channel_reach_tasks_that_wait_and_make_room_for_those_that_send) {
    const auto body = []() -> task<std::vector<int>> {
        channel<int> pipe(1);
        const auto take_one = [](channel<int>& from) -> task<int> {
            const auto got = co_await from.receive();
            co_return got.value_or(-1);
        };
        const auto put_one = [](channel<int>& into, int value) -> task<bool> {
            const auto done = co_await into.send(value);
            co_return done.has_value();
        };
        auto taker = spawn(take_one(pipe), pinned{0});
        co_await yield(); // it waits now
        int one = 1;
        EXPECT_TRUE(pipe.try_send(one).has_value());
        const int taken = co_await std::move(taker);
        int two = 2;
        EXPECT_TRUE(pipe.try_send(two).has_value());
        auto putter = spawn(put_one(pipe, 3), pinned{0});
        co_await yield(); // it waits for room now
        std::vector<int> got{taken, pipe.try_receive().value_or(-1)};
        EXPECT_TRUE(co_await std::move(putter));
        got.push_back(pipe.try_receive().value_or(-1));
        co_return got;
    };
    EXPECT_EQ(run_on({.shards = 1}, 0, body), (std::vector{1, 2, 3}));
}

} // namespace
} // namespace spargio
