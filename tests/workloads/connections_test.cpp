// W39: which connections are active when, what a worker's share counts, and what it refuses to count; the limit
// of open files and the memory of a connection.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/measure/memory_growth.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

const workload& connections() { return *find_workload("net/connections"); }

parameters given(std::vector<assignment> values) {
    return parameters::make(connections().parameters, values).value();
}

/// A slice on one thread, whose peer is a copy; `change` may do to each frame what it likes.
slice_outcome move_all(
    const connections_shape& shape, const slice_order& order,
    const std::function<void(std::span<std::byte>)>& change = [](std::span<std::byte>) {}) {
    flow_set flows(shape.streams());
    flows.reset(order.seed);
    for (std::size_t worker = 0; worker < shape.workers; ++worker) {
        connections_share share(shape, flows, worker);
        share.begin(order.iterations, nullptr);
        for (auto active = share.next_iteration(); !active.empty(); active = share.next_iteration()) {
            std::size_t left = active.size();
            for (const std::size_t one : active) {
                EXPECT_EQ(one % shape.workers, worker);
                const auto frame = flows[one].next_write().front();
                const auto room = flows[one].room();
                EXPECT_EQ(room.size(), frame.iov_len) << "an idle connection has room for a frame and no more";
                std::memcpy(room.data(), frame.iov_base, frame.iov_len);
                change(room);
                // In two pieces, of which the first ends nothing.
                EXPECT_FALSE(share.take(one, 3));
                std::memmove(room.data(), room.data() + 3, room.size() - 3);
                EXPECT_EQ(share.take(one, room.size() - 3), --left == 0);
            }
        }
    }
    return flows.outcome();
}

TEST(connections, W39_an_iteration_moves_one_frame_on_each_active_connection_whatever_the_workers) {
    for (const char* const workers : {"1", "2", "3"}) {
        const auto values = given({{"connections", "37"}, {"active_percent", "30"}, {"workers", workers}});
        const auto shape = connections_shape::read(values);
        EXPECT_EQ(shape.active, 11u);
        const slice_order order{.iterations = 9, .seed = 0xfeedfacecafebeef};
        const auto wrong = verify(connections(), values, order, move_all(shape, order));
        EXPECT_FALSE(wrong.has_value()) << workers << ": " << *wrong;
    }
}

TEST(connections, W39_one_percent_is_active_but_one_at_least) {
    const auto active = [](const char* count) {
        return connections_shape::read(given({{"connections", count}})).active;
    };
    EXPECT_EQ(active("10000"), 100u);
    EXPECT_EQ(active("1000"), 10u);
    EXPECT_EQ(active("1"), 1u);
    EXPECT_EQ(active("99"), 1u);
}

TEST(connections, W39_each_connection_has_its_turn) {
    const auto shape = connections_shape::read(given({{"connections", "50"}, {"active_percent", "7"}}));
    std::vector<int> turns(shape.connections);
    for (std::uint64_t i = 0; i < shape.whole_turn(); ++i)
        for (std::uint64_t place = 0; place < shape.active; ++place) ++turns[shape.active_one(i, place)];
    for (const int each : turns) EXPECT_GE(each, 1);
}

TEST(connections, W4_W39_a_flipped_bit_is_noticed) {
    const auto values = given({{"connections", "37"}});
    const slice_order order{.iterations = 9, .seed = 1};
    int left = 5;
    const auto done = move_all(connections_shape::read(values), order, [&](std::span<std::byte> frame) {
        if (--left == 0) frame.back() ^= std::byte{1};
    });
    EXPECT_TRUE(verify(connections(), values, order, done).has_value());
}

TEST(connections, W39_an_end_and_bytes_that_nobody_asked_for_are_errors) {
    const auto shape = connections_shape::read(given({{"connections", "3"}, {"workers", "1"}}));
    flow_set flows(shape.streams());
    connections_share share(shape, flows, 0);
    share.begin(1, nullptr);
    ASSERT_EQ(share.next_iteration().size(), 1u);
    EXPECT_THROW((void)share.take(0, 0), std::runtime_error);
    EXPECT_THROW((void)share.take(1, 8), std::runtime_error); // an idle one
}

TEST(connections, W39_raises_the_limit_of_open_files_or_says_how_to_lift_it) {
    const pid_t child = ::fork();
    if (child == 0) {
        rlimit files{.rlim_cur = 64, .rlim_max = 1000};
        if (::setrlimit(RLIMIT_NOFILE, &files) != 0) ::_exit(1);
        if (make_room_for_connections(500)) ::_exit(2);
        ::getrlimit(RLIMIT_NOFILE, &files);
        if (files.rlim_cur != 1000) ::_exit(3);
        const auto lack = make_room_for_connections(10'000);
        const bool says = lack && lack->find("1000") != std::string::npos &&
                          lack->find("ulimit -Hn") != std::string::npos &&
                          lack->find("10000") != std::string::npos;
        ::_exit(says ? 0 : 4);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "exit code " << WEXITSTATUS(status);
}

TEST(connections, W39_memory_that_was_taken_is_told_for_each) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "a sanitizer takes memory beside what it is asked for";
#endif
#endif
    constexpr std::size_t count = 1000;
    constexpr std::size_t each = 16384;
    const memory_growth growth;
    const auto taken = std::make_unique<std::vector<char>>(count * each, 'x');
    const auto told = std::stoul(growth.per_one_of(count));
    EXPECT_GE(told, each - 512); // exact to some pages
    EXPECT_LE(told, each + each / 2);
    EXPECT_EQ(taken->back(), 'x');
}

} // namespace
} // namespace bench
