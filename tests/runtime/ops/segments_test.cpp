// All that has come at once, and completions that fill several buffers (R30).
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

static_assert(std::forward_iterator<buffer_segments::iterator>);

std::byte pattern(std::size_t position) { return static_cast<std::byte>(position * 131 >> 3); }

std::vector<std::byte> pattern_of(std::size_t from, std::size_t count) {
    std::vector<std::byte> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = pattern(from + i);
    return made;
}

/// How many bytes are right, from `at` on; -1 when one is not, or when the sums don't fit.
std::int64_t right_bytes(const buffer_segments& segments, std::size_t at) {
    std::size_t bytes = 0;
    std::uint32_t pieces = 0;
    for (const std::span<const std::byte> each : segments) {
        ++pieces;
        for (const std::byte value : each)
            if (value != pattern(at + bytes++)) return -1;
    }
    return bytes == segments.size() && pieces == segments.count() ? static_cast<std::int64_t>(bytes) : -1;
}

task<void> send_pattern(int socket, std::size_t bytes) {
    std::mt19937 random(7);
    for (std::size_t sent = 0; sent < bytes;) {
        const std::size_t now = std::min<std::size_t>(1 + random() % 3000, bytes - sent);
        const auto piece = pattern_of(sent, now);
        auto answer = co_await ops::send(socket, piece);
        if (!answer) co_return;
        sent += *answer;
    }
    (void)co_await ops::shutdown(socket, SHUT_WR);
}

/// Gives buffers back in another order than they came in: some by themselves, some a while later.
task<std::int64_t> receive_in_segments(int socket) {
    ops::receive_stream incoming(socket);
    std::mt19937 random(11);
    std::vector<buffer_lease> kept;
    std::size_t count = 0;
    for (;;) {
        auto segments = value_of(co_await incoming.next_segments());
        if (segments.empty()) co_return static_cast<std::int64_t>(count);
        const std::int64_t right = right_bytes(segments, count);
        if (right <= 0) co_return -1;
        count += static_cast<std::size_t>(right);
        while (segments.count() != 0 && random() % 2 == 0) kept.push_back(segments.take_first());
        std::ranges::shuffle(kept, random);
        if (kept.size() > 8) kept.resize(4);
    }
}

task<std::int64_t> send_and_receive(std::size_t bytes) {
    connected_sockets pair;
    auto sender = spawn(send_pattern(pair.theirs.get(), bytes), pinned{1});
    const std::int64_t count = co_await receive_in_segments(pair.ours.get());
    co_await std::move(sender);
    co_return count;
}

class segments : public testing::TestWithParam<feature_use> {
protected:
    [[nodiscard]] static runtime_options options(unsigned buffers) {
        return {
            .shards = 2, .receive_buffers = buffers, .receive_buffer_bytes = 64, .receive_bundles = GetParam()};
    }
};

TEST_P(segments, R30_every_byte_in_order_though_buffers_come_back_in_disorder) {
    EXPECT_EQ(run(options(32), [] { return send_and_receive(400'000); }), 400'000);
    EXPECT_EQ(run(options(256), [] { return send_and_receive(400'000); }), 400'000);
}

/// Sends `bytes`, and only then asks for them. Where the kernel is asked once for each buffer that may take a
/// few calls; otherwise one.
task<std::vector<buffer_segments>> sent_and_received(ops::receive_stream& incoming, int theirs,
                                                     std::size_t bytes) {
    const auto sent = pattern_of(0, bytes);
    if (::write(theirs, sent.data(), bytes) != static_cast<ssize_t>(bytes)) std::abort();
    std::vector<buffer_segments> all;
    for (std::size_t came = 0; came < bytes;) {
        auto next = value_of(co_await incoming.next_segments());
        if (next.empty() || right_bytes(next, came) <= 0) co_return std::vector<buffer_segments>{};
        came += next.size();
        all.push_back(std::move(next));
    }
    co_return all;
}

std::uint32_t buffers_in(const std::vector<buffer_segments>& all) {
    std::uint32_t count = 0;
    for (const auto& each : all) count += each.count();
    return count;
}

bool plays_an_older_kernel() { return std::getenv("SPARGIO_TIER") != nullptr; }

task<int> all_comes_at_once() {
    connected_sockets pair;
    ops::receive_stream incoming(pair.ours.get());
    std::size_t fewest_calls = ~std::size_t{0};
    for (int round = 0; round < 100; ++round) {
        auto all = co_await sent_and_received(incoming, pair.theirs.get(), 640);
        if (buffers_in(all) != 10) co_return 1;
        fewest_calls = std::min(fewest_calls, all.size());
        auto& came = all.front();
        const auto bytes = came.size();
        auto moved = std::move(came);
        if (came.count() != 0 || came.size() != 0) co_return 3;
        const auto first = moved.take_first();
        if (first.size() != 64 || moved.size() != bytes - 64) co_return 4;
        came = std::move(moved);
        if (came.size() != bytes - 64 || (came.count() != 0 && right_bytes(came, 64) < 0)) co_return 5;
    }
    // The kernel may stop between two buffers; ten calls for ten buffers would be one piece at a time.
    co_return fewest_calls < 10 || plays_an_older_kernel() ? 0 : 2;
}

TEST_P(segments, R30_what_came_before_the_call_is_given_at_once_and_all_buffers_come_back) {
    EXPECT_EQ(run(options(16), [] { return all_comes_at_once(); }), 0);
}

/// The bytes of one write, in pieces of a lease each, behind segments that were taken before.
task<int> leases_and_segments_in_turn() {
    connected_sockets pair;
    ops::receive_stream incoming(pair.ours.get());
    const auto sent = pattern_of(0, 1000);
    if (::write(pair.theirs.get(), sent.data(), 1000) != 1000) co_return 1;
    const auto first = value_of(co_await incoming.next());
    if (first.size() != 64 || !std::ranges::equal(first.bytes(), std::span(sent).first(64))) co_return 2;
    for (std::size_t came = 64; came < 1000;) {
        const auto rest = value_of(co_await incoming.next_segments());
        if (right_bytes(rest, came) <= 0) co_return 3;
        came += rest.size();
    }
    co_return 0;
}

TEST_P(segments, R30_leases_and_segments_share_one_queue) {
    EXPECT_EQ(run(options(16), [] { return leases_and_segments_in_turn(); }), 0);
}

/// Leaves a stream while bytes are on their way, again and again, then uses every buffer.
task<int> leave_and_count() {
    for (int round = 0; round < 200; ++round) {
        connected_sockets pair;
        ops::receive_stream incoming(pair.ours.get());
        const auto came = co_await sent_and_received(incoming, pair.theirs.get(), 320);
        if (buffers_in(came) != 5) co_return 3;
        if (::write(pair.theirs.get(), "abcdefgh", 8) != 8) co_return 1;
        if (round % 2 != 0) (void)co_await ops::nop();
    }
    while (this_shard::operations_in_flight() != 0) co_await yield();
    connected_sockets pair;
    ops::receive_stream incoming(pair.ours.get());
    const auto all = co_await sent_and_received(incoming, pair.theirs.get(), 1024);
    co_return buffers_in(all) == 16 ? 0 : 2;
}

TEST_P(segments, P7_streams_that_were_left_give_all_their_buffers_back) {
    EXPECT_EQ(run(options(16), [] { return leave_and_count(); }), 0);
}

INSTANTIATE_TEST_SUITE_P(segments, segments, testing::Values(feature_use::off, feature_use::best),
                         [](const auto& with) {
                             return with.param == feature_use::off ? "piece_by_piece" : "in_bundles";
                         });

task<std::uint64_t> completions_of(std::size_t bytes) {
    connected_sockets pair;
    ops::receive_stream incoming(pair.ours.get());
    const auto of = this_shard::context().handle();
    const auto before = of.stats().total().completions;
    const auto came = co_await sent_and_received(incoming, pair.theirs.get(), bytes);
    if (came.empty()) co_return 0;
    co_return of.stats().total().completions - before;
}

TEST(R30, a_completion_fills_several_buffers_where_the_kernel_has_bundles) {
    const runtime_options one_by_one{
        .shards = 1, .receive_buffer_bytes = 64, .receive_bundles = feature_use::off};
    EXPECT_EQ(run(one_by_one, [] { return completions_of(64 * 20); }), 20u);
    const runtime_options bundled{.shards = 1, .receive_buffer_bytes = 64};
    if (plays_an_older_kernel()) GTEST_SKIP() << "an older kernel is played (SPARGIO_TIER)";
    if (!start(bundled)->features().receive_bundles)
        GTEST_SKIP() << "this kernel has no bundles that can be trusted (6.15)";
    const auto count = run(bundled, [] { return completions_of(64 * 20); });
    EXPECT_GE(count, 1u);
    EXPECT_LE(count, 3u);
}

/// SPARGIO_TIER until the end of the scope.
class played_tier {
public:
    explicit played_tier(const char* words) {
        if (const char* const now = std::getenv("SPARGIO_TIER")) before_ = now;
        ::setenv("SPARGIO_TIER", words, 1);
    }
    played_tier(const played_tier&) = delete;
    played_tier& operator=(const played_tier&) = delete;
    ~played_tier() { before_ ? ::setenv("SPARGIO_TIER", before_->c_str(), 1) : ::unsetenv("SPARGIO_TIER"); }

private:
    std::optional<std::string> before_;
};

TEST(R3, bundles_are_refused_where_they_are_demanded_of_a_kernel_without_them) {
    const played_tier without_bundles("no_bundles");
    const auto refused = runtime::start({.shards = 1, .receive_bundles = feature_use::on});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::not_supported);
    EXPECT_NE(refused.error().message.find("receive_bundles"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(start(1)->features().receive_bundles);
}

} // namespace
} // namespace spargio
