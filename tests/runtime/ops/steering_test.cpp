// Which ring an operation uses, and batches.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

task<int> ask_elsewhere(std::uint32_t where, int rounds) {
    const auto home = this_shard::id();
    for (int i = 0; i < rounds; ++i) {
        auto there = on_shard(where, ops::nop());
        auto done = co_await std::move(there);
        if (!done) co_return 1;
        if (this_shard::id() != home) co_return 2;
    }
    co_return 0;
}

TEST(R26, an_operation_on_another_shard_uses_that_ring_and_answers_here) {
    const auto tested = start({.shards = 3});
    auto asker = tested->spawn(ask_elsewhere(2, 100), pinned{0});
    EXPECT_EQ(std::move(asker).get(), 0);
    const auto stats = tested->handle().stats();
    EXPECT_EQ(stats.shards[0].operations_submitted, 0u);
    EXPECT_EQ(stats.shards[1].operations_submitted, 0u);
    EXPECT_EQ(stats.shards[2].operations_submitted, 100u);
}

task<std::error_code> receive_on(std::uint32_t where, int socket) {
    std::array<std::byte, 8> into{};
    auto there = on_shard(where, ops::recv(socket, into));
    auto answer = co_await std::move(there);
    if (answer) co_return std::error_code{};
    co_return answer.error();
}

TEST(R28, a_cancellation_finds_the_ring_that_has_the_operation) {
    const auto tested = start({.shards = 2});
    const connected_sockets pair;
    auto receiver = tested->spawn(receive_on(1, pair.ours.get()), pinned{0});
    while (tested->handle().stats().shards[1].operations_pending != 1) std::this_thread::yield();
    receiver.cancel();
    EXPECT_EQ(std::move(receiver).get(), errc::canceled);
    EXPECT_EQ(tested->handle().stats().shards[1].operations_cancelled, 1u);
    EXPECT_EQ(tested->handle().stats().shards[0].operations_submitted, 0u);
}

task<std::error_code> receive_here(int socket) {
    std::array<std::byte, 8> into{};
    auto answer = co_await ops::recv(socket, into);
    if (answer) co_return std::error_code{};
    co_return answer.error();
}

/// Shards 0 and 1 have something to wait for, shard 2 has nothing.
task<int> steer_to_the_free_one(const connected_sockets& first, const connected_sockets& second) {
    auto here = spawn(receive_here(first.ours.get()), pinned{0});
    auto there = spawn(receive_here(second.ours.get()), pinned{1});
    const auto of = this_shard::context().handle();
    while (of.stats().total().operations_pending != 2) co_await yield();
    for (int i = 0; i < 50; ++i) {
        auto anywhere = steered(ops::nop());
        auto done = co_await std::move(anywhere);
        if (!done) co_return -1;
    }
    const auto used = of.stats().shards[2].operations_submitted;
    here.cancel();
    there.cancel();
    (void)co_await std::move(here);
    (void)co_await std::move(there);
    co_return static_cast<int>(used);
}

TEST(R26, a_steered_operation_goes_to_the_ring_with_the_fewest) {
    const connected_sockets first;
    const connected_sockets second;
    EXPECT_EQ(run({.shards = 3}, [&] { return steer_to_the_free_one(first, second); }), 50);
}

/// A strong lease keeps to its ring though another one is free; it ends when it is idle.
task<int> lease_and_leave(const connected_sockets& busy) {
    const auto of = this_shard::context().handle();
    descriptor_affinity strong(affinity_strength::strong, 0ns);
    const auto first = strong.begin();
    std::vector<join_handle<std::error_code>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(spawn(receive_here(busy.ours.get()), pinned{first}));
    while (of.stats().total().operations_pending != 20) co_await yield();
    int wrong = 0;
    if (strong.begin() != first) ++wrong; // one is in flight, so its order must hold
    strong.end();
    strong.end();
    if (strong.shard()) ++wrong; // idle, and so it has ended
    const auto next = strong.begin();
    if (next == first) ++wrong;
    strong.end();

    descriptor_affinity weak(affinity_strength::weak, 1h);
    const auto before = weak.begin();
    if (before == first) ++wrong; // the freest
    weak.end();
    const auto held = weak.hold();
    if (weak.begin() != held) ++wrong;
    weak.end();
    weak.release();

    for (auto& each : waiting) each.cancel();
    for (auto& each : waiting) (void)co_await std::move(each);
    co_return wrong;
}

TEST(R27, a_lease_keeps_the_ring_while_it_must_and_no_longer) {
    const connected_sockets busy;
    EXPECT_EQ(run({.shards = 2}, [&] { return lease_and_leave(busy); }), 0);
}

/// A lease of an odd time: whether it outlives its only operation.
task<bool> outlives_its_operation(std::chrono::nanoseconds idle) {
    descriptor_affinity lease(affinity_strength::strong, idle);
    (void)lease.begin();
    lease.end();
    co_return lease.shard().has_value();
}

TEST(R27, the_longest_lease_lasts_and_one_of_less_than_nothing_ends_at_once) {
    using std::chrono::nanoseconds;
    EXPECT_TRUE(run({.shards = 1}, [] { return outlives_its_operation(nanoseconds::max()); }));
    for (const nanoseconds idle : {nanoseconds::min(), nanoseconds(-1), nanoseconds(0)})
        EXPECT_FALSE(run({.shards = 1}, [=] { return outlives_its_operation(idle); })) << idle.count();
}

task<int> operations_of_a_lease() {
    descriptor_affinity strong(affinity_strength::strong, 1h);
    int wrong = 0;
    for (int i = 0; i < 20; ++i) {
        auto leased = steered(strong, ops::nop());
        auto done = co_await std::move(leased);
        if (!done) ++wrong;
    }
    if (strong.shard() != this_shard::id()) ++wrong;
    co_return wrong;
}

TEST(R27, operations_of_a_lease_are_done) {
    EXPECT_EQ(run({.shards = 2}, [] { return operations_of_a_lease(); }), 0);
}

task<void> receive_all(int socket, std::vector<std::byte>& into, std::size_t bytes) {
    std::array<std::byte, 3000> first{};
    std::array<std::byte, 5000> second{};
    while (into.size() < bytes) {
        std::array<iovec, 2> parts{iovec{first.data(), first.size()}, iovec{second.data(), second.size()}};
        auto came = co_await ops::recv_batch(socket, parts);
        if (!came || *came == 0) co_return;
        const auto in_first = std::min(*came, first.size());
        into.insert(into.end(), first.begin(), first.begin() + static_cast<std::ptrdiff_t>(in_first));
        into.insert(into.end(), second.begin(), second.begin() + static_cast<std::ptrdiff_t>(*came - in_first));
    }
}

/// Far more than the socket takes at once, in pieces of all sizes.
task<int> send_in_batches(std::size_t window) {
    const connected_sockets pair;
    const int smallest = 1; // the kernel takes its least
    ::setsockopt(pair.theirs.get(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
    std::vector<std::byte> all(1'000'000);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i * 7 >> 4);
    std::vector<iovec> parts;
    for (std::size_t at = 0, size = 1; at < all.size(); at += size, size = size * 3 % 9973 + 1)
        parts.push_back({all.data() + at, std::min(size, all.size() - at)});
    std::vector<std::byte> received;
    auto receiver = spawn(receive_all(pair.ours.get(), received, all.size()), pinned{1});
    auto sending = ops::send_all_batch(pair.theirs.get(), parts, window);
    auto sent = co_await std::move(sending);
    co_await std::move(receiver);
    if (!sent || *sent != all.size()) co_return 1;
    co_return received == all ? 0 : 2;
}

TEST(R29, a_batch_is_sent_whole_and_in_order) {
    for (const std::size_t window : {1u, 7u, 1024u})
        EXPECT_EQ(run({.shards = 2}, [=] { return send_in_batches(window); }), 0) << window;
}

} // namespace
} // namespace spargio
