// Tens of thousands of requests that end together: at a stop (P9) and at a deadline (R34).
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t many = 65'000; // the limit of requests that a shard has by default allows some more

/// How receives have ended.
struct endings {
    std::size_t closed = 0;
    std::size_t timed_out = 0;
    std::size_t otherwise = 0;

    [[nodiscard]] std::size_t all() const noexcept { return closed + timed_out + otherwise; }
};

/// A shard with many receives on a socket to which nobody sends.
class crowd : public testing::Test {
protected:
    crowd() {
        std::array<int, 2> numbers{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0)
            throw std::runtime_error("socketpair");
        ours_ = file_descriptor(numbers[0]);
        theirs_ = file_descriptor(numbers[1]);
        // A stop that takes longer than both leaves the shard behind, unless it gets on.
        auto started = runtime::start({.shards = 1, .stop_grace = 1ms, .stop_patience = 200ms});
        if (!started) throw std::runtime_error(started.error().message);
        tested_ = std::move(*started);
    }

    static task<> receive(int from, endings& seen) {
        std::byte one{};
        auto came = co_await ops::recv(from, std::span(&one, 1));
        ++(!came && came.error() == errc::closed ? seen.closed : seen.otherwise);
    }

    static task<> receive_until(int from, std::chrono::steady_clock::time_point deadline, endings& seen) {
        std::byte one{};
        auto came = co_await timeout_at(deadline, ops::recv(from, std::span(&one, 1)));
        ++(!came && came.error() == errc::timed_out ? seen.timed_out : seen.otherwise);
    }

    file_descriptor ours_, theirs_;
    std::unique_ptr<runtime> tested_;
};

TEST_F(crowd, P9_a_stop_ends_very_many_receives_and_leaves_no_shard_behind) {
    endings seen;
    const auto crowded = [&]() -> task<> {
        for (std::size_t i = 0; i < many; ++i) spawn(receive(ours_.get(), seen), pinned{0}).detach();
        while (this_shard::operations_in_flight() != many) co_await yield();
    };
    tested_->spawn(crowded()).get();
    const runtime_handle handle = tested_->handle();
    testing::internal::CaptureStderr();
    tested_.reset();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_TRUE(handle.left_behind().empty());
    EXPECT_EQ(seen.otherwise, 0u);
}

TEST_F(crowd, R34_very_many_receives_with_one_deadline_all_time_out) {
    constexpr std::size_t some = many / 4; // the kernel still takes longer for each, the more there are (0041)
    endings seen;
    const auto crowded = [&]() -> task<> {
        const auto deadline = std::chrono::steady_clock::now() + 1s;
        for (std::size_t i = 0; i < some; ++i)
            spawn(receive_until(ours_.get(), deadline, seen), pinned{0}).detach();
        while (seen.all() != some) (void)co_await sleep_for(1ms);
    };
    tested_->spawn(crowded()).get();
    EXPECT_EQ(seen.timed_out, some);
}

} // namespace
} // namespace spargio
