// timeout(): one answer, the child's own where it has one, and nothing of the child left behind.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using answer = std::expected<int, errc>;

/// Sets a flag when its frame goes.
class at_end {
public:
    explicit at_end(bool& flag) noexcept : flag_(flag) {}
    at_end(const at_end&) = delete;
    at_end& operator=(const at_end&) = delete;
    ~at_end() { flag_ = true; }

private:
    bool& flag_;
};

task<answer> answer_after(clock::duration how_long, int value) {
    if (const status slept = co_await sleep_for(how_long); !slept) co_return std::unexpected(slept.error());
    co_return value;
}

TEST(R34, what_ends_before_its_deadline_gives_its_own_result) {
    const auto body = []() -> task<int> {
        const answer got = co_await timeout(1h, answer_after(1us, 42));
        co_return got.value_or(0);
    };
    EXPECT_EQ(run({.shards = 1}, body), 42);
}

TEST(R34, results_of_every_kind_pass_through_a_timeout) {
    const auto body = []() -> task<std::string> {
        const auto text = []() -> task<std::string> {
            co_return "longer than the small-string buffer of any library";
        };
        const auto nothing = []() -> task<> { co_return; };
        const auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
        std::expected<std::string, errc> first = co_await timeout(1h, text());
        const status second = co_await timeout(1h, nothing());
        std::expected<std::unique_ptr<int>, errc> third = co_await timeout(1h, owner());
        co_return second ? *first + std::to_string(**third) : "";
    };
    EXPECT_EQ(run({.shards = 1}, body), "longer than the small-string buffer of any library7");
}

TEST(R34, what_misses_its_deadline_is_cancelled_and_awaited_before_the_answer) {
    const auto body = []() -> task<bool> {
        bool gone = false;
        const auto child = [](bool& flag) -> task<answer> {
            const at_end here(flag);
            const answer late = co_await answer_after(1h, 1);
            co_await yield(); // takes its time over ending
            co_await yield();
            co_return late;
        };
        const auto deadline = clock::now() + 1ms;
        const answer got = co_await timeout_at(deadline, child(gone));
        co_return gone && !got && got.error() == errc::timed_out && clock::now() >= deadline;
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST(R34, a_late_result_is_the_answer_all_the_same) {
    const auto body = []() -> task<int> {
        const auto child = []() -> task<answer> {
            (void)co_await sleep_for(1h); // cancelled by the timeout
            co_return 5;
        };
        const answer got = co_await timeout(1ms, child());
        co_return got.value_or(0);
    };
    EXPECT_EQ(run({.shards = 1}, body), 5);
}

TEST(R34, another_error_of_a_late_child_is_its_own) {
    const auto body = []() -> task<errc> {
        const auto child = []() -> task<answer> {
            (void)co_await sleep_for(1h);
            co_return std::unexpected(errc::overloaded);
        };
        const answer got = co_await timeout(1ms, child());
        co_return got.error();
    };
    EXPECT_EQ(run({.shards = 1}, body), errc::overloaded);
}

TEST(R34, a_late_child_that_can_not_say_canceled_counts_as_timed_out) {
    const auto body = []() -> task<bool> {
        const auto nothing = []() -> task<> { (void)co_await sleep_for(1h); };
        const auto number = []() -> task<int> {
            (void)co_await sleep_for(1h);
            co_return 1;
        };
        const status first = co_await timeout(1ms, nothing());
        const answer second = co_await timeout(1ms, number());
        co_return !first && first.error() == errc::timed_out && !second && second.error() == errc::timed_out;
    };
    EXPECT_TRUE(run({.shards = 1}, body));
}

TEST(R34, an_exception_passes_through_a_timeout_early_or_late) {
    const auto body = []() -> task<int> {
        const auto thrower = [](clock::duration after) -> task<answer> {
            (void)co_await sleep_for(after);
            throw std::logic_error("on purpose");
        };
        int caught = 0;
        for (const auto after : {clock::duration(0), clock::duration(1h)}) {
            try {
                (void)co_await timeout(1ms, thrower(after));
            } catch (const std::logic_error&) {
                ++caught;
            }
        }
        co_return caught;
    };
    EXPECT_EQ(run({.shards = 1}, body), 2);
}

TEST(R34, a_deadline_in_the_past_still_lets_the_child_run_to_its_first_wait) {
    const auto body = []() -> task<int> {
        int begun = 0;
        const auto immediate = [](int& count) -> task<answer> {
            ++count;
            co_return 1;
        };
        const auto waiting = [](int& count) -> task<answer> {
            ++count;
            co_return co_await answer_after(1h, 1);
        };
        int right = 0;
        // Behind more tasks than one turn runs.
        std::vector<join_handle<>> others;
        const auto nothing = []() -> task<> { co_return; };
        for (int i = 0; i < 300; ++i) others.push_back(spawn(nothing(), pinned{0}));
        const answer first = co_await timeout_at(clock::now() - 1h, immediate(begun));
        right += first.has_value();
        for (int i = 0; i < 300; ++i) others.push_back(spawn(nothing(), pinned{0}));
        const answer second = co_await timeout(-1s, waiting(begun));
        right += !second && second.error() == errc::timed_out;
        for (auto& each : others) co_await std::move(each);
        co_return right * 10 + begun;
    };
    EXPECT_EQ(run({.shards = 1}, body), 22);
}

TEST(R34, cancelling_the_caller_cancels_the_child_and_is_no_timeout) {
    const auto tested = start(2);
    const auto caller = [](std::atomic<bool>& gone) -> task<errc> {
        const auto child = []() -> task<answer> {
            channel<int> silent(1);
            co_return co_await silent.receive();
        };
        const answer got = co_await timeout(1h, child());
        gone = true;
        co_return got.error();
    };
    for (int i = 0; i < 500; ++i) {
        std::atomic<bool> gone{false};
        auto handle = tested->spawn(caller(gone));
        if (i % 2 == 0) std::this_thread::yield();
        handle.cancel();
        ASSERT_EQ(std::move(handle).get(), errc::canceled);
        ASSERT_TRUE(gone);
    }
    EXPECT_EQ(tested->stats(0).timers_pending + tested->stats(1).timers_pending, 0u);
}

TEST(R34, of_two_timeouts_the_shorter_one_decides) {
    const auto body = []() -> task<int> {
        const answer inner = co_await timeout(1h, timeout(1ms, answer_after(1h, 1)));
        const answer outer = co_await timeout(1ms, timeout(1h, answer_after(1h, 1)));
        co_return (!inner && inner.error() == errc::timed_out) + (!outer && outer.error() == errc::timed_out);
    };
    EXPECT_EQ(run({.shards = 1}, body), 2);
}

TEST(R34, anything_that_can_be_awaited_can_have_a_deadline) {
    const auto body = []() -> task<int> {
        channel<int> values(1);
        int right = 0;
        const answer none = co_await timeout(1ms, values.receive());
        right += !none && none.error() == errc::timed_out;
        const status sent = co_await timeout(1h, values.send(3));
        right += sent.has_value();
        const answer got = co_await timeout(1h, values.receive());
        right += got == 3;
        const auto number = []() -> task<int> { co_return 4; };
        const answer joined = co_await timeout(1h, spawn(number(), pinned{0})); // a movable temporary
        right += joined == 4;
        deadline_timer timer(clock::now() + 1h);
        const status elapsed = co_await timeout(1ms, timer); // an object of the caller's
        right += !elapsed && elapsed.error() == errc::timed_out;
        const auto event = co_await timeout(1ms, this_shard::next_event());
        right += !event && event.error() == errc::timed_out;
        co_return right;
    };
    EXPECT_EQ(run({.shards = 1}, body), 6);
}

TEST(R34, a_value_received_at_the_very_deadline_is_neither_lost_nor_doubled) {
    const auto tested = start(2);
    constexpr int values = 3000;
    const auto receiver = [](channel<int>& from) -> task<long> {
        std::mt19937_64 random(1);
        long sum = 0;
        for (;;) {
            const answer got = co_await timeout(std::chrono::nanoseconds(random() % 20'000), from.receive());
            if (got)
                sum += *got;
            else if (got.error() != errc::timed_out)
                co_return got.error() == errc::closed ? sum : -1;
        }
    };
    const auto sender = [](channel<int>& into) -> task<> {
        for (int i = 1; i <= values; ++i) {
            (void)co_await into.send(i);
            (void)co_await sleep_for(std::chrono::nanoseconds(i % 16 * 1000));
        }
        into.close();
    };
    channel<int> between(2);
    auto receiving = tested->spawn(receiver(between), pinned{0});
    auto sending = tested->spawn(sender(between), pinned{1});
    std::move(sending).get();
    EXPECT_EQ(std::move(receiving).get(), long{values} * (values + 1) / 2);
}

TEST(R34, cancel_deadline_and_result_may_meet_and_still_give_one_answer) {
    const auto tested = start(2);
    const auto caller = [](int microseconds) -> task<errc> {
        const auto half = std::chrono::microseconds(microseconds);
        const answer got = co_await timeout(half, answer_after(half, 1));
        co_return got ? errc{} : got.error();
    };
    std::mt19937 random(2);
    for (int i = 0; i < 2000; ++i) {
        auto handle = tested->spawn(caller(static_cast<int>(random() % 30)));
        for (auto pauses = random() % 200; pauses > 0; --pauses) std::this_thread::yield();
        handle.cancel();
        const errc how = std::move(handle).get();
        ASSERT_TRUE(how == errc{} || how == errc::timed_out || how == errc::canceled) << to_string(how);
    }
    EXPECT_EQ(tested->stats(0).timers_pending + tested->stats(1).timers_pending, 0u);
}

TEST(R34, a_stop_ends_timeouts_whose_children_never_end) {
    for (int round = 0; round < 20; ++round) {
        const auto tested = start(2);
        const auto stuck = []() -> task<> {
            channel<int> silent(1);
            (void)co_await timeout(1h, silent.receive());
        };
        const auto orderly = []() -> task<> { (void)co_await timeout(1h, answer_after(1h, 1)); };
        for (int i = 0; i < 20; ++i) {
            tested->spawn(stuck()).detach();
            tested->spawn(orderly()).detach();
        }
        while (round % 2 == 0 && tested->stats(0).timers_pending + tested->stats(1).timers_pending < 60)
            std::this_thread::yield();
    }
}

TEST(R34, a_stop_answers_closed_through_a_timeout) {
    const auto tested = start(1);
    const auto body = []() -> task<errc> {
        const answer got = co_await timeout(1h, answer_after(1h, 1));
        co_return got.error();
    };
    auto handle = tested->spawn(body());
    while (tested->stats(0).timers_pending != 2) std::this_thread::yield();
    tested->stop();
    EXPECT_EQ(std::move(handle).get(), errc::closed);
}

} // namespace
} // namespace spargio
