// Tens of thousands of requests that end together: at a stop (P9), at a deadline (R34), by a group (R37). The
// kernel works least where the newest end first (docs/decisions/0041), so it is their order that is looked at.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace spargio {
namespace {

using namespace std::chrono_literals;

#ifdef SPARGIO_TEST_SANITIZED
constexpr std::size_t many = 8'000; // what is given up within the time for which a crowd is gathered
#else
constexpr std::size_t many = 65'000; // the limit of requests that a shard has by default allows some more
#endif
constexpr std::size_t sometimes = many / 64; // once for each portion in which the kernel is asked

/// How receives have ended.
struct endings {
    std::size_t closed = 0;
    std::size_t timed_out = 0;
    std::size_t canceled = 0;
    std::size_t otherwise = 0;
    std::size_t last = 0;         // the number of the one that has ended last
    std::size_t out_of_order = 0; // those that began after the one that had ended before them

    [[nodiscard]] std::size_t all() const noexcept { return closed + timed_out + canceled + otherwise; }

    void count(const io_result<std::size_t>& came, std::size_t number) noexcept {
        const bool failed = !came.has_value();
        ++(failed && came.error() == errc::closed      ? closed
           : failed && came.error() == errc::timed_out ? timed_out
           : failed && came.error() == errc::canceled  ? canceled
                                                       : otherwise);
        if (number > last) ++out_of_order;
        last = number;
    }
};

/// A shard with many receives on a socket to which nobody sends.
class crowd : public testing::Test {
protected:
    crowd() {
        // A stop that takes longer than both leaves the shard behind, unless it gets on.
        auto started = runtime::start({.shards = 1, .stop_grace = 1ms, .stop_patience = 200ms});
        if (!started) throw std::runtime_error(started.error().message);
        tested_ = std::move(*started);
    }

    static task<> receive(int from, endings& seen, std::size_t number) {
        std::byte one{};
        auto came = co_await ops::recv(from, std::span(&one, 1));
        seen.count(came, number);
    }

    static task<io_result<std::size_t>> receive_one(int from) {
        std::byte one{};
        co_return co_await ops::recv(from, std::span(&one, 1));
    }

    static task<> receive_until(int from, std::chrono::steady_clock::time_point deadline, endings& seen,
                                std::size_t number) {
        std::byte one{};
        auto came = co_await timeout_at(deadline, ops::recv(from, std::span(&one, 1)));
        seen.count(came, number);
    }

    static task<> receive_in_a_child(int from, std::chrono::steady_clock::time_point deadline, endings& seen,
                                     std::size_t number) {
        auto child = receive_one(from);
        auto came = co_await timeout_at(deadline, std::move(child));
        seen.count(came, number);
    }

    /// Lets `many` requests begin, by begin(deadline, number), so that their deadlines come after that and at
    /// once.
    template <class Begin>
    static task<> let_time_out(endings& seen, Begin begin) {
        bool together = false;
        for (auto time = 1s; !together; time *= 2) {
            seen = {};
            const auto deadline = std::chrono::steady_clock::now() + time;
            for (std::size_t i = 0; i < many; ++i) spawn(begin(deadline, i), pinned{0}).detach();
            while (seen.all() != many) {
                together |= this_shard::operations_in_flight() == many;
                (void)co_await sleep_for(1ms);
            }
        }
    }

    template <class Begin>
    void expect_newest_first(endings& seen, Begin begin) {
        auto crowded = let_time_out(seen, begin);
        tested_->spawn(std::move(crowded)).get();
        EXPECT_EQ(seen.timed_out, many);
        EXPECT_LE(seen.out_of_order, sometimes);
    }

    connected_sockets sockets_;
    std::unique_ptr<runtime> tested_;
};

TEST_F(crowd, P9_a_stop_ends_very_many_receives_and_leaves_no_shard_behind) {
    endings seen;
    const auto crowded = [&]() -> task<> {
        for (std::size_t i = 0; i < many; ++i) spawn(receive(sockets_.ours.get(), seen, i), pinned{0}).detach();
        while (this_shard::operations_in_flight() != many) co_await yield();
    };
    tested_->spawn(crowded()).get();
    const runtime_handle handle = tested_->handle();
    testing::internal::CaptureStderr();
    tested_.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_TRUE(handle.left_behind().empty());
    EXPECT_EQ(seen.all(), seen.closed);
}

TEST_F(crowd, R34_very_many_receives_with_one_deadline_end_newest_first) {
    endings seen;
    const auto begin = [&](auto deadline, std::size_t number) {
        return receive_until(sockets_.ours.get(), deadline, seen, number);
    };
    expect_newest_first(seen, begin);
}

TEST_F(crowd, R34_very_many_children_with_one_deadline_end_newest_first) {
    endings seen;
    const auto begin = [&](auto deadline, std::size_t number) {
        return receive_in_a_child(sockets_.ours.get(), deadline, seen, number);
    };
    expect_newest_first(seen, begin);
}

TEST_F(crowd, R37_very_many_receives_of_a_cancelled_group_end_newest_first) {
    endings seen;
    const auto crowded = [&]() -> task<> {
        task_group group;
        for (std::size_t i = 0; i < many; ++i) group.spawn(receive(sockets_.ours.get(), seen, i), pinned{0});
        while (this_shard::operations_in_flight() != many) co_await yield();
        group.cancel();
        co_await group.join();
    };
    tested_->spawn(crowded()).get();
    EXPECT_EQ(seen.canceled, many);
    EXPECT_LE(seen.out_of_order, sometimes);
}

} // namespace
} // namespace spargio
