// Streams: one request to the kernel, many answers, and buffers that always come home.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

std::byte pattern(std::size_t position) { return static_cast<std::byte>(position * 131 >> 3); }

task<void> send_pattern(int socket, std::size_t bytes, std::size_t piece) {
    std::vector<std::byte> buffer(piece);
    for (std::size_t sent = 0; sent < bytes;) {
        const std::size_t now = std::min(piece, bytes - sent);
        for (std::size_t i = 0; i < now; ++i) buffer[i] = pattern(sent + i);
        auto answer = co_await ops::send(socket, std::span(buffer).first(now));
        if (!answer) co_return;
        sent += *answer;
    }
    (void)co_await ops::shutdown(socket, SHUT_WR);
}

/// The bytes that came in order until the end; -1 when one was wrong.
task<std::int64_t> receive_pattern(int socket) {
    ops::receive_stream incoming(socket);
    std::int64_t count = 0;
    for (;;) {
        auto piece = co_await incoming.next();
        if (!piece) co_return -2;
        if (piece->empty()) co_return count;
        for (const std::byte each : piece->bytes())
            if (each != pattern(static_cast<std::size_t>(count++))) co_return -1;
    }
}

task<std::int64_t> send_and_receive(std::size_t bytes, std::size_t piece) {
    connected_sockets pair;
    auto sender = spawn(send_pattern(pair.theirs.get(), bytes, piece), pinned{1});
    const std::int64_t count = co_await receive_pattern(pair.ours.get());
    co_await std::move(sender);
    co_return count;
}

TEST(R30, a_stream_gives_every_byte_in_order_and_then_its_end) {
    for (const std::size_t piece : {1u, 100u, 5000u, 100'000u}) {
        const std::size_t bytes = piece * 50 + 7;
        EXPECT_EQ(run({.shards = 2}, [=] { return send_and_receive(bytes, piece); }),
                  static_cast<std::int64_t>(bytes));
        EXPECT_EQ(run({.shards = 2, .spin = 0us}, [=] { return send_and_receive(bytes, piece); }),
                  static_cast<std::int64_t>(bytes));
    }
}

// The kernel runs out of buffers all the time.
TEST(R30, two_buffers_of_64_bytes_are_enough) {
    const runtime_options small{.shards = 2, .receive_buffers = 2, .receive_buffer_bytes = 64};
    EXPECT_EQ(run(small, [] { return send_and_receive(300'000, 5000); }), 300'000);
}

task<int> eight_streams() {
    std::vector<connected_sockets> pairs(8);
    std::vector<join_handle<std::int64_t>> receivers;
    std::vector<join_handle<void>> senders;
    for (auto& each : pairs) receivers.push_back(spawn(receive_pattern(each.ours.get()), pinned{0}));
    for (auto& each : pairs) senders.push_back(spawn(send_pattern(each.theirs.get(), 50'000, 700), pinned{1}));
    int right = 0;
    for (auto& each : receivers)
        if (co_await std::move(each) == 50'000) ++right;
    for (auto& each : senders) co_await std::move(each);
    co_return right;
}

TEST(R30, streams_share_the_buffers_of_their_shard) {
    EXPECT_EQ(
        run({.shards = 2, .receive_buffers = 4, .receive_buffer_bytes = 256}, [] { return eight_streams(); }),
        8);
}

task<int> cancelled_while_it_waits(int socket, int theirs) {
    ops::receive_stream incoming(socket);
    auto none = co_await timeout(2ms, incoming.next());
    if (none || none.error() != errc::timed_out) co_return 1;
    if (::write(theirs, "abc", 3) != 3) co_return 2;
    auto some = co_await incoming.next();
    co_return some && some->size() == 3 ? 0 : 3;
}

TEST(P6, a_wait_that_was_cut_short_loses_no_bytes) {
    connected_sockets pair;
    EXPECT_EQ(run({.shards = 1}, [&] { return cancelled_while_it_waits(pair.ours.get(), pair.theirs.get()); }),
              0);
}

/// Opens streams, takes a piece or none, and leaves them with the kernel at work.
task<int> open_and_leave(int rounds) {
    int wrong = 0;
    for (int i = 0; i < rounds; ++i) {
        connected_sockets pair;
        {
            ops::receive_stream incoming(pair.ours.get());
            if (i % 3 != 0 && ::write(pair.theirs.get(), "abcdef", 6) != 6) ++wrong;
            if (i % 3 != 0) {
                auto some = co_await incoming.next();
                if (!some || some->size() != 6) ++wrong;
            } else {
                auto none = co_await timeout(0s, incoming.next());
                if (none) ++wrong;
            }
            if (i % 2 != 0 && ::write(pair.theirs.get(), "ghi", 3) != 3) ++wrong;
        }
        (void)co_await ops::nop();
    }
    while (this_shard::operations_in_flight() != 0) co_await yield();
    co_return wrong;
}

task<int> all_buffers_are_here(std::size_t count) {
    connected_sockets pair;
    std::vector<buffer_lease> kept;
    ops::receive_stream incoming(pair.ours.get());
    while (kept.size() < count) {
        if (::write(pair.theirs.get(), "x", 1) != 1) co_return -1;
        auto piece = co_await incoming.next();
        if (!piece || piece->size() != 1) co_return -2;
        kept.push_back(std::move(*piece));
    }
    co_return static_cast<int>(kept.size());
}

task<int> leave_and_count() {
    const int wrong = co_await open_and_leave(300);
    if (wrong != 0) co_return -wrong;
    co_return co_await all_buffers_are_here(16);
}

TEST(P7, streams_that_were_left_give_all_their_buffers_back) {
    EXPECT_EQ(
        run({.shards = 1, .receive_buffers = 16, .receive_buffer_bytes = 64}, [] { return leave_and_count(); }),
        16);
}

task<void> keep_until_told(buffer_lease lease, manual_event& told) {
    (void)co_await told.wait();
    lease.reset();
}

/// Both buffers are with a task of another shard when the third piece comes.
task<int> starve_and_go_on() {
    connected_sockets pair;
    manual_event told;
    ops::receive_stream incoming(pair.ours.get());
    std::vector<join_handle<void>> keepers;
    for (int i = 0; i < 2; ++i) {
        if (::write(pair.theirs.get(), "x", 1) != 1) co_return 1;
        auto piece = co_await incoming.next();
        if (!piece || piece->size() != 1) co_return 2;
        keepers.push_back(spawn(keep_until_told(std::move(*piece), told), pinned{1}));
    }
    if (::write(pair.theirs.get(), "yz", 2) != 2) co_return 3;
    auto none = co_await timeout(2ms, incoming.next());
    if (none) co_return 4;
    told.set();
    auto last = co_await incoming.next();
    if (!last || last->size() != 2) co_return 5;
    for (auto& each : keepers) co_await std::move(each);
    co_return 0;
}

TEST(R30, a_stream_without_buffers_goes_on_when_another_shard_gives_one_back) {
    EXPECT_EQ(run({.shards = 2, .receive_buffers = 2}, [] { return starve_and_go_on(); }), 0);
    EXPECT_EQ(run({.shards = 2, .receive_buffers = 2, .spin = 0us}, [] { return starve_and_go_on(); }), 0);
}

task<std::error_code> receive_until_error(int socket) {
    ops::receive_stream incoming(socket);
    for (;;) {
        auto piece = co_await incoming.next();
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return std::error_code{};
    }
}

TEST(P9, a_stop_ends_a_stream_with_closed) {
    const auto tested = start({.shards = 2});
    std::vector<connected_sockets> pairs(10);
    std::vector<join_handle<std::error_code>> readers;
    for (std::uint32_t i = 0; i < 10; ++i)
        readers.push_back(tested->spawn(receive_until_error(pairs[i].ours.get()), pinned{i % 2}));
    while (tested->handle().stats().total().operations_pending != 10) std::this_thread::yield();
    tested->stop();
    for (auto& each : readers) EXPECT_EQ(std::move(each).get(), make_error_code(errc::closed));
}

TEST(R30, a_stream_of_what_is_no_socket_says_so) {
    const auto read_from_nothing = [] { return receive_until_error(-1); };
    EXPECT_EQ(run({.shards = 1}, read_from_nothing), std::errc::bad_file_descriptor);
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const file_descriptor out(pipe[0]);
    const file_descriptor in(pipe[1]);
    EXPECT_EQ(run({.shards = 1}, [&] { return receive_until_error(out.get()); }), std::errc::not_a_socket);
}

task<int> moves_of_a_reader(int socket, int theirs, int rounds) {
    ops::receive_stream incoming(socket);
    const auto home = this_shard::id();
    int moved = 0;
    for (int i = 0; i < rounds; ++i) {
        if (::write(theirs, "x", 1) != 1) co_return -1;
        auto piece = co_await incoming.next();
        if (!piece) co_return -2;
        co_await yield();
        if (this_shard::id() != home) ++moved;
    }
    co_return moved;
}

TEST(P5, a_stealable_task_with_a_stream_stays_on_its_shard) {
    const auto tested = start({.shards = 2});
    std::vector<connected_sockets> pairs(8);
    std::vector<join_handle<int>> readers;
    for (auto& each : pairs)
        readers.push_back(
            tested->spawn(moves_of_a_reader(each.ours.get(), each.theirs.get(), 500), stealable{}));
    for (auto& each : readers) EXPECT_EQ(std::move(each).get(), 0);
}

struct listening {
    listening() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t bytes = sizeof where;
        if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&where), bytes) != 0 ||
            ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&where), &bytes) != 0 ||
            ::listen(socket.get(), 512) != 0)
            throw std::runtime_error("no listener");
    }
    [[nodiscard]] file_descriptor connect() const {
        file_descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) made.reset();
        return made;
    }
    file_descriptor socket;
    sockaddr_in where{};
};

task<int> accept_many(const listening& at, int count) {
    ops::accept_stream incoming(at.socket.get());
    std::vector<file_descriptor> kept;
    int accepted = 0;
    for (int i = 0; i < count; ++i) {
        kept.push_back(at.connect());
        if (i % 4 != 3) continue;
        for (int k = 0; k < 4; ++k) {
            auto connection = co_await incoming.next();
            if (connection && *connection) ++accepted;
        }
    }
    co_return accepted;
}

int open_descriptors() {
    int count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
}

TEST(R30, an_accept_stream_gives_every_connection) {
    const listening at;
    EXPECT_EQ(run({.shards = 1}, [&] { return accept_many(at, 200); }), 200);
}

/// Leaves the stream with connections that nobody has taken.
task<int> leave_connections(const listening& at) {
    {
        ops::accept_stream incoming(at.socket.get());
        auto none = co_await timeout(0s, incoming.next());
        if (none) co_return 1;
        std::vector<file_descriptor> kept;
        for (int i = 0; i < 5; ++i) kept.push_back(at.connect());
        auto first = co_await incoming.next();
        if (!first) co_return 2;
    }
    while (this_shard::operations_in_flight() != 0) co_await yield();
    co_return 0;
}

TEST(P6, connections_that_nobody_took_are_closed_with_their_stream) {
    const int before = open_descriptors();
    for (int i = 0; i < 20; ++i) {
        const listening at;
        ASSERT_EQ(run({.shards = 1}, [&] { return leave_connections(at); }), 0);
    }
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace
} // namespace spargio
